import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { decodeImage } from "./decode-image.js";
import { findRange } from "./find-range.js";
import { loadImage } from "./load-image.js";

const [width, height] = [60, 40];
const levels = createRng(1)
  .uniforms(width * height, 0, 256)
  .map(Math.floor);
/** The same picture in 8 bits, and in the bits of a camera in 16. */
const eight = sharp(Uint8Array.from(levels), { raw: { width, height, channels: 1 } });
const wide = (bits: number, change: (v: number) => number = (v) => v) =>
  sharp(
    Uint16Array.from(levels, (v) => change(v * 2 ** (bits - 8))),
    { raw: { width, height, channels: 1 } },
  ).toColourspace("grey16");

async function fileOf(...images: Buffer[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-range-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = images.map((_, i) => join(folder, `${i}.png`));
  await Promise.all(images.map((image, i) => writeFile(files[i]!, image)));
  return files;
}

describe("a range of 16-bit samples", () => {
  it.each([8, 10, 12, 14])("of %i bits gives what 8 bits give", async (bits) => {
    const png = await wide(bits).png().toBuffer();
    const range = 2 ** bits - 1;
    expect(await findRange(await fileOf(png))).toBe(range);
    const plain = await eight.png().toBuffer();
    expect([...(await decodeImage(png, { range })).data]).toEqual([...(await decodeImage(plain)).data]);
    expect((await decodeImage(png)).data.reduce((top, v) => Math.max(top, v), 0)).toBe(2 ** (bits - 8) - 1); // without it: dark
    for (const size of [20, 100]) {
      const [a, b] = [
        await loadImage(png, size, { range }),
        await loadImage(await sharp(plain).toColourspace("srgb").png().toBuffer(), size),
      ];
      expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))).toBeLessThan(1.01 / 255);
    }
  });

  it("makes larger values white, and of several ranges takes the smallest that holds the image", async () => {
    const bright = await wide(12, (v) => v * 1.5)
      .png()
      .toBuffer();
    const { data } = await decodeImage(bright, { range: 4095 });
    expect(data[levels.indexOf(Math.max(...levels)) * 3]).toBe(255);
    const twelve = await wide(12).png().toBuffer();
    expect((await decodeImage(twelve, { range: [65535, 4095] })).data).toEqual((await decodeImage(twelve, { range: 4095 })).data);
    expect((await decodeImage(bright, { range: [4095, 65535] })).data).toEqual((await decodeImage(bright)).data);
  });

  it("changes nothing in images of 8 bits, and nothing where the whole range is used", async () => {
    const plain = await eight.png().toBuffer();
    expect(await decodeImage(plain, { range: 4095 })).toEqual(await decodeImage(plain));
    const whole = await wide(16).png().toBuffer();
    expect(await decodeImage(whole, { range: 65535 })).toEqual(await decodeImage(whole));
    expect(await findRange(await fileOf(whole, await wide(12).png().toBuffer()))).toBeUndefined();
    expect(await findRange(await fileOf(plain))).toBeUndefined();
    expect(await findRange(await fileOf(plain, await wide(10).png().toBuffer(), await wide(12).png().toBuffer()))).toBe(4095);
  });
});
