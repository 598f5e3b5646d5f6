import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds the page from its sources: one script for the page, one for its worker, the style, and the document. The scripts share nothing, because the
 * page would load all of what they share before it is seen.
 * @param entries the two scripts, from the folder of the package
 * @returns contents by path
 */
export async function buildPage(entries: readonly string[]): Promise<Map<string, Uint8Array>> {
  const built = await Promise.all([...entries, "src/app/style.css"].map(buildEntry));
  return new Map([["index.html", await readFile(join(root, "src/app/index.html"))], ...built.flat()]);
}

async function buildEntry(path: string): Promise<[path: string, contents: Uint8Array][]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    entryNames: "[name]",
    bundle: true,
    splitting: path.includes("worker"), // it loads ONNX Runtime later; what the page does not use falls away
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    conditions: ["@ltad/source", "onnxruntime-web-use-extern-wasm"],
    legalComments: "eof",
    outdir: join(root, "assets"),
    write: false,
    logLevel: "silent",
  });
  return outputFiles.map((file) => [relative(root, file.path).replaceAll("\\", "/"), file.contents]);
}

/** Builds the page into a folder. */
export async function writePage(entries: readonly string[], folder: string): Promise<void> {
  for (const [path, contents] of await buildPage(entries)) {
    const to = join(root, folder, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, contents);
  }
}
