import { createRng } from "@ltad/core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadMask } from "./load-mask.js";

const side = 64;
/** A disk of 0 and 255 around the middle. */
const disk = (radius: number, centre = side / 2) =>
  Uint8Array.from({ length: side * side }, (_, i) => (Math.hypot((i % side) - centre, Math.floor(i / side) - centre) <= radius ? 255 : 0));
const raw = (channels: 1 | 2 | 3 | 4) => ({ raw: { width: side, height: side, channels } });
const png = (channels: 1 | 2 | 3 | 4, pixel: (i: number) => readonly number[]) =>
  sharp(Uint8Array.from(Array.from({ length: side * side }, (_, i) => pixel(i)).flat()), raw(channels))
    .png()
    .toBuffer();
const area = (data: Uint8Array) => data.reduce((sum, v) => sum + v, 0);
const ones = (mask: Uint8Array) => mask.map((v) => (v > 0 ? 1 : 0));

describe("a label in the alpha channel", () => {
  const m = disk(14);
  const rng = createRng(1);
  it.each([
    ["a black brush", 4, (i: number) => [0, 0, 0, m[i]!]],
    ["white below", 4, (i: number) => [255, 255, 255, m[i]!]],
    ["a red brush", 4, (i: number) => [m[i]!, 0, 0, m[i]!]],
    ["a photo below", 4, (i: number) => [rng.integer(256), rng.integer(256), rng.integer(256), m[i]!]],
    ["grey with alpha", 2, (i: number) => [255, m[i]!]],
    ["colour, and an alpha that is the same everywhere", 4, (i: number) => [m[i]!, 0, 0, 128]],
  ] as const)("is read from %s", async (what, channels, pixel) => {
    const { data, alpha } = await loadMask(await png(channels, pixel));
    expect(data).toEqual(ones(m));
    expect(alpha).toBe(!what.startsWith("colour"));
  });

  it("is refused when the colours mark other pixels", async () => {
    const other = disk(5, 10);
    const call = loadMask(await png(4, (i) => [other[i]!, other[i]!, other[i]!, m[i]!]), undefined, { name: "m.png" });
    await expect(call).rejects.toMatchObject({ code: "LTAD_MASK" });
    await expect(call).rejects.toThrow(/^m\.png: its colours mark other pixels than its alpha channel/);
  });
});

describe("soft edges", () => {
  it("end at half of the largest value, so that a blur does not grow the defect", async () => {
    const hard = disk(14);
    const soft = await sharp(hard, raw(1)).blur(4).png().toBuffer();
    const mask = await loadMask(soft);
    expect(mask.soft).toBe(true);
    expect(area(mask.data) / area(ones(hard))).toBeGreaterThan(0.8);
    expect(area(mask.data) / area(ones(hard))).toBeLessThan(1.15);
  });

  it("are told from a photograph, which is grey everywhere", async () => {
    const rng = createRng(7);
    const photo = Array.from({ length: side * side }, () => 90 + rng.integer(80));
    const marked = disk(10);
    const drawn = png(3, (i) => (marked[i] ? [255, 0, 0] : [photo[i]!, photo[i]!, photo[i]!]));
    expect((await loadMask(await drawn)).photo).toBe(true);
    expect((await loadMask(await sharp(disk(20), raw(1)).blur(3).png().toBuffer())).photo).toBeUndefined();
  });

  it.each([
    ["1 in 0..255", (m: Uint8Array) => m.map((v) => v / 255)],
    ["two kinds that touch", (m: Uint8Array) => m.map((v, i) => (v === 0 ? 0 : i % side < 32 ? 1 : 236))],
    [
      "forty numbered scratches",
      (m: Uint8Array) => m.map((_, i) => (i % 3 === 0 || i % side < 4 ? 0 : 1 + (Math.floor(i / side / 2) % 40))),
    ],
  ])("are not seen in labels: %s", async (_, change) => {
    const labels = change(disk(20));
    const { data, soft } = await loadMask(await sharp(labels, raw(1)).png().toBuffer());
    expect(soft).toBe(false);
    expect(data).toEqual(ones(labels));
  });
});
