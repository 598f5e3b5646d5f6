import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { expect, it } from "vitest";

async function bundle(code: string) {
  return build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "iife",
    platform: "browser",
    conditions: ["@ltad/source"],
    write: false,
    metafile: true,
    logLevel: "silent",
  });
}

it("everything bundles for a browser without an import from Node", async () => {
  const { metafile } = await bundle('export * from "./index.js";');
  const imports = Object.values(metafile.inputs).flatMap((input) =>
    input.imports.map(({ path, external }) => ({ path, external: external ?? false })),
  );
  expect(imports.filter(({ path, external }) => external || path.startsWith("node:"))).toEqual([]);
  expect(Object.keys(metafile.inputs).some((file) => file.endsWith("core/src/browser.ts"))).toBe(true);
});

it("an import from Node would be seen", async () => {
  await expect(bundle('import { readFile } from "node:fs/promises"; readFile("x");')).rejects.toThrow(/node:fs\/promises/);
});

it("runs where there is no Node at all", async () => {
  const { outputFiles } = await bundle(`
    import { aupro, auroc, exactPixels, exactPixelsFromBytes, rank, streamingPixels } from "./index.js";
    const image = { map: Float32Array.of(0.2, 0.9, 0.1, 0.3), mask: Uint8Array.of(0, 1, 0, 0), width: 2 };
    const pixels = exactPixels();
    pixels.add(image);
    const streamed = streamingPixels();
    streamed.add(image);
    globalThis.result = [
      auroc(rank([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])),
      aupro(exactPixelsFromBytes(pixels.toBytes()).ranking(), 0.3),
      auroc(streamed.ranking()),
    ];`);
  const world: { result?: number[] } = {};
  runInNewContext(outputFiles[0]?.text ?? "", Object.assign(world, { TextEncoder, TextDecoder }));
  expect([...(world.result ?? [])]).toEqual([0.75, 1, 1]);
});
