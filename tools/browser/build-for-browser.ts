import { build } from "esbuild";
import { root } from "../architecture/workspace.js";

/** The code of a module for a page, from the sources, and of the modules that it loads later. @returns texts by file name; the first is main.js */
export async function buildForBrowser(code: string): Promise<Record<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: `${root}/tools`, loader: "ts", sourcefile: "main.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    conditions: ["@ltad/source", "onnxruntime-web-use-extern-wasm"],
    entryNames: "main",
    outdir: "/",
    write: false,
    logLevel: "silent",
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path, text]));
}
