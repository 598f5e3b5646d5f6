import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRng, readSafetensors, resizeKernels } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-image.js";
import { loadImage, readImage } from "./load-image.js";
import { squashImage } from "./squash-image.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/", import.meta.url));
const golden = (await readSafetensors(`${fixtures}resize/resize.safetensors`)).arrays;

describe("loadImage", () => {
  it.each([
    ["linear", "bilinear", 6],
    ["cubic", "bicubic", 6],
    ["lanczos3", "lanczos", 13],
    ["nearest", "nearest", 0],
  ] as const)("shrinks by %s like Pillow's %s: at most %d of 255 apart, 0.4 on average", async (kernel, filter, largest) => {
    const expected = golden[`32x32/pillow_${filter}`]?.data as Uint8Array;
    const out = (await loadImage(`${fixtures}resize/input.png`, 32, { kernel })).map((v) => v * 255);
    const differences = [...expected].map((v, i) => Math.abs(v - out[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(largest + 1e-4);
    expect(differences.reduce((a, b) => a + b) / differences.length).toBeLessThan(0.4);
  });

  it("takes linear when nobody names a kernel", async () => {
    const file = `${fixtures}resize/input.png`;
    const all = await Promise.all(
      [undefined, "linear", "cubic"].map((kernel) => loadImage(file, 32, kernel ? { kernel: kernel as "linear" } : {})),
    );
    expect(all[0]).toEqual(all[1]);
    expect(all[0]).not.toEqual(all[2]);
  });

  it("shrinks by the same filter as its own within sharp's rounding", async () => {
    const file = `${fixtures}resize/input.png`;
    expectClose(await loadImage(file, 40), squashImage(await decodeImage(file), 40), { rtol: 0, atol: 8 / 255 }, "40x40");
  });

  const enlarged = [53, 100].flatMap((size) => resizeKernels.map((kernel) => [size, kernel] as const));
  it.each(enlarged)("enlarges without a shift, along one axis or both: %i by %s", async (size, kernel) => {
    const file = `${fixtures}resize/input.png`; // 61 x 47
    const out = await loadImage(file, size, { kernel });
    expectClose(out, squashImage(await decodeImage(file), size, kernel), { rtol: 0, atol: 0 }, "enlarged");
    expect(out.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it("turns by EXIF before squashing", async () => {
    const [upright, turned] = await Promise.all([1, 6].map((o) => loadImage(`${fixtures}images/files/exif_orientation_${o}.jpg`, 16)));
    expectClose(turned!, upright!, { rtol: 0, atol: 0.05 }, "turned");
  });

  it("drops alpha and does not blend with it", async () => {
    const rgb = createRng(1).uniforms(40 * 30 * 3, 0, 255);
    const rgba = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => (i % 4 === 3 ? (i * 7) % 256 : rgb[Math.floor(i / 4) * 3 + (i % 4)]!));
    const opaque = rgba.map((v, i) => (i % 4 === 3 ? 255 : v));
    const png = (data: Uint8Array) =>
      sharp(data, { raw: { width: 40, height: 30, channels: 4 } })
        .png()
        .toBuffer();
    expect(await loadImage(await png(rgba), 20)).toEqual(await loadImage(await png(opaque), 20));
  });

  it("stays in 0..1 and names a bad file", async () => {
    const out = await loadImage(`${fixtures}images/files/rgb.jpg`, 224);
    expect(out.length).toBe(224 * 224 * 3);
    expect(out.every((v) => v >= 0 && v <= 1)).toBe(true);
    await expect(loadImage(`${fixtures}images/files/truncated_half.png`, 8)).rejects.toMatchObject({ code: "LTAD_IMAGE" });
  });
});

describe("readImage", () => {
  const files = readdirSync(`${fixtures}images/files`).filter((name) => /\.(png|jpe?g|webp|tiff?|gif)$/.test(name));
  const readable = async (file: string) =>
    decodeImage(file).then(
      () => true,
      () => false,
    );

  it.each(["linear", "lanczos3", "nearest"] as const)("gives the same input with its pixels as without: %s", async (kernel) => {
    const seen: string[] = [];
    for (const name of files) {
      const file = `${fixtures}images/files/${name}`;
      if (!(await readable(file))) continue;
      for (const size of [7, 40]) {
        const { input, width, height, pixels } = await readImage(file, size, { kernel, pixels: true });
        expect(pixels, name).toEqual(await decodeImage(file));
        expect([width, height], name).toEqual([pixels?.width, pixels?.height]);
        expect(Buffer.from(input.buffer).equals(Buffer.from((await loadImage(file, size, { kernel })).buffer)), `${name} at ${size}`).toBe(
          true,
        );
      }
      seen.push(name);
    }
    expect(seen.length).toBeGreaterThan(10);
  });

  it("gives no pixels unless they are wanted", async () => {
    expect(await readImage(`${fixtures}images/files/rgb.jpg`, 300)).not.toHaveProperty("pixels");
  });
});
