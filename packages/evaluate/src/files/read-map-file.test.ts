import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, it, onTestFinished } from "vitest";
import { npyBytes } from "../testing/npy-bytes.js";
import { readMapFile } from "./read-map-file.js";

async function fileOf(name: string, content: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-map-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}
const values = [0, 1, 2, 3, 128, 255]; // 3 wide, 2 high
const grey = (data: Uint8Array | Uint16Array | Float32Array) => sharp(data, { raw: { width: 3, height: 2, channels: 1 } });
const rgb = (pixel: (v: number) => readonly number[]) =>
  sharp(Uint8Array.from(values.flatMap((v) => [...pixel(v)])), { raw: { width: 3, height: 2, channels: 3 } });

it.each<[string, string, () => Promise<Uint8Array>, readonly number[]]>([
  [".npy", "a.npy", async () => npyBytes([2, 3], Float32Array.from(values)), values],
  ["a PNG of 8 bit, spread over 16", "a.png", () => grey(Uint8Array.from(values)).png().toBuffer(), values.map((v) => v * 257)],
  ["a PNG of 16 bit", "a.png", () => grey(Uint16Array.from(values)).toColourspace("grey16").png().toBuffer(), values],
  [
    "grey values in three channels",
    "a.png",
    () =>
      rgb((v) => [v, v, v])
        .png()
        .toBuffer(),
    values.map((v) => v * 257),
  ],
])("reads %s", async (_, name, bytes, expected) => {
  expect(await readMapFile(await fileOf(name, await bytes()))).toEqual({ width: 3, height: 2, data: Float32Array.from(expected) });
});

it("reads the values of a float TIFF", async () => {
  // Little-endian, one strip, 3 x 2 floats: written by hand, because sharp writes no float TIFF.
  expect(await readMapFile(await fileOf("a.tiff", floatTiff(3, 2, [0.25, -1.5, 3e5, 0, 1e-3, 7])))).toEqual({
    width: 3,
    height: 2,
    data: Float32Array.of(0.25, -1.5, 3e5, 0, 1e-3, 7),
  });
});

it.each<[string, () => Sharp]>([
  ["a jet picture", () => rgb((v) => [v, 255 - v, 0])],
  ["a picture of which one channel differs by one", () => rgb((v) => [v, v, Math.max(0, v - 1)])],
])("refuses %s", async (_, image) => {
  const file = await fileOf("a.png", await image().png().toBuffer());
  await expect(readMapFile(file)).rejects.toMatchObject({ code: "LTAD_IMAGE", details: { file } });
  await expect(readMapFile(file)).rejects.toThrow(/coloured picture .* A map has one channel\. Save the values themselves as \.npy/);
});

it("refuses several pages, and what is no picture", async () => {
  const page = await grey(Uint8Array.from(values)).png().toBuffer();
  const pages = await sharp([page, page], { join: { animated: true } })
    .tiff()
    .toBuffer();
  await expect(readMapFile(await fileOf("a.tiff", pages))).rejects.toThrow(/2 pages/);
  await expect(readMapFile(await fileOf("a.png", new TextEncoder().encode("no")))).rejects.toThrow(/this map cannot be read/);
});

/** A TIFF of float32 samples. */
function floatTiff(width: number, height: number, samples: readonly number[]): Uint8Array {
  const tags: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 32], // bits of a sample
    [259, 3, 1], // not compressed
    [262, 3, 1], // black is zero
    [273, 4, 8], // where the strip is
    [277, 3, 1], // samples of a pixel
    [278, 4, height], // rows of a strip
    [279, 4, samples.length * 4],
    [339, 3, 3], // floats
  ];
  const at = 8 + samples.length * 4;
  const view = new DataView(new ArrayBuffer(at + 2 + tags.length * 12 + 4));
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, at, true);
  samples.forEach((value, i) => view.setFloat32(8 + i * 4, value, true));
  view.setUint16(at, tags.length, true);
  tags.forEach(([tag, type, value], i) => {
    const entry = at + 2 + i * 12;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, 1, true);
    if (type === 3) view.setUint16(entry + 8, value, true);
    else view.setUint32(entry + 8, value, true);
  });
  return new Uint8Array(view.buffer);
}
