import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Options } from "tsup";
import { build } from "../../tsup.base.js";

/** Puts the files of the protocol into the build, in place of the expressions that read them where the sources run as they are. */
const inlineFiles: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "inline-files",
  setup(builder) {
    builder.onLoad({ filter: /[\\/]protocol\.ts$/ }, async ({ path }) => {
      const textOf = (name: string) => JSON.stringify(readFileSync(new URL(name, pathToFileURL(path)), "utf8"));
      const reading = /readFileSync\(new URL\("([^"]+)", import\.meta\.url\), "utf8"\)/g;
      return { contents: (await readFile(path, "utf8")).replace(reading, (_, name: string) => textOf(name)), loader: "ts" };
    });
  },
};

export default build({ entry: ["src/index.ts", "src/command.ts", "src/worker/main.ts"], esbuildPlugins: [inlineFiles] });
