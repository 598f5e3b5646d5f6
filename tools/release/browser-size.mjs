import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../house/run.mjs";

/** The most bytes that all exports of a package may weigh in a page, minified and compressed by gzip. */
export const sizeBudgets = { "@ltad/metrics": 15_500, "@ltad/detector/web": 100_000 };

/**
 * Bundles all exports of a package for a browser, from its sources.
 * @param {string} name "@ltad/metrics"
 * @returns {Promise<number>} bytes after gzip
 */
export async function browserSize(name) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${name}";`, resolveDir: `${root}/tools`, loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["@ltad/source", "onnxruntime-web-use-extern-wasm"],
    write: false,
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
