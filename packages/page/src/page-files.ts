import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { webRuntimeFiles, webRuntimeFolder } from "@ltad/runtime";

/** One file of the page. */
export interface PageFile {
  /** Where the page looks for it, from its own address: "index.html", "assets/main.js". */
  readonly path: string;
  readonly type: string;
  readonly content: () => Promise<Uint8Array>;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/**
 * All files of the page, with ONNX Runtime for WebAssembly and WebGPU, which are read when they are wanted. A server adds `page.json`, which says
 * what the page talks to; see the README.
 */
export async function pageFiles(): Promise<PageFile[]> {
  const own = isSource ? await fromSources() : await fromBuild();
  const runtime = webRuntimeFolder();
  const ort = webRuntimeFiles.map((name) => file(`assets/ort/${name}`, () => readFile(`${runtime}/${name}`)));
  return [...own, ...ort];
}

function file(path: string, content: PageFile["content"]): PageFile {
  return { path, type: types[extname(path)] ?? "application/octet-stream", content };
}

const isSource = import.meta.url.endsWith(".ts");

async function fromBuild(): Promise<PageFile[]> {
  const folder = new URL("page/", import.meta.url);
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => extname(name)).map((name) => file(name, () => readFile(new URL(name, folder))));
}

let built: Promise<PageFile[]> | undefined;

/** Where the sources run as they are, the page is built from them. The name is not written out: the published package has no such file. */
function fromSources(): Promise<PageFile[]> {
  const builder = new URL("build-page.ts", import.meta.url).href;
  return (built ??= import(builder).then(async ({ buildPage }: { buildPage: (entries: string[]) => Promise<Map<string, Uint8Array>> }) =>
    [...(await buildPage(["src/app/main.tsx", "src/worker/worker.ts"]))].map(([path, bytes]) => file(path, async () => bytes)),
  ));
}
