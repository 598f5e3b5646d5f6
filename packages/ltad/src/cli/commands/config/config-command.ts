import { stat } from "node:fs/promises";
import { join } from "node:path";
import { configYaml } from "@ltad/evaluate/report";
import { configJsonSchema, resolveConfig } from "@ltad/train/config";
import { readConfigFile } from "../../../read-config-file.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export interface ConfigCommandOptions extends CommonOptions {
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly schema?: boolean;
}

/** Prints settings as a training would use them, after checking them. */
export async function configCommand(io: Io, path: string | undefined, options: ConfigCommandOptions): Promise<void> {
  await withSession(io, options, "Nothing was changed.", async (session) => {
    if (options.schema) {
      io.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
      return;
    }
    const file = path === undefined ? {} : await readConfigFile(await fileOf(path));
    const config = resolveConfig({ preset: options.preset, file, sets: options.set });
    session.printJson(config);
    session.print(configYaml(config).trimEnd());
  });
}

/** A model folder keeps its settings in config.yaml. */
async function fileOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ? join(path, "config.yaml") : path;
}
