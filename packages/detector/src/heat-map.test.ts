import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { displayRange, extent, heatMap } from "./heat-map.js";
import { inferno } from "./inferno.js";
import { mapPng16, overlay } from "./overlay.js";

const range = { low: 1, high: 3 };

describe("inferno", () => {
  it("has 256 colours that only get brighter", () => {
    expect(inferno).toHaveLength(768);
    const brightness = Array.from(
      { length: 256 },
      (_, i) => 0.2126 * inferno[3 * i]! + 0.7152 * inferno[3 * i + 1]! + 0.0722 * inferno[3 * i + 2]!,
    );
    for (let i = 1; i < 256; i++) expect(brightness[i]).toBeGreaterThanOrEqual(brightness[i - 1]! - 0.8);
    expect([...inferno.subarray(0, 3), ...inferno.subarray(765)]).toEqual([0, 0, 4, 252, 255, 164]);
  });
});

describe("heatMap", () => {
  it("is clear at low and below, strongest at high and above, and rises in between", () => {
    const rgba = heatMap(Float32Array.of(-5, 1, 1.5, 2, 2.5, 3, 99, Number.NaN), range, 0.8);
    const alpha = Array.from({ length: 8 }, (_, i) => rgba[4 * i + 3]!);
    expect([alpha[0], alpha[1], alpha[7]]).toEqual([0, 0, 0]);
    expect([alpha[5], alpha[6]]).toEqual([204, 204]);
    expect(alpha.slice(1, 5)).toEqual(alpha.slice(1, 5).toSorted((a, b) => a - b));
    expect(Array.from(rgba.slice(20, 23))).toEqual(Array.from(inferno.subarray(3 * 232, 3 * 233)));
  });
});

describe("displayRange", () => {
  it("is the bundle's, else the map's own, and never empty", () => {
    expect(displayRange(Float32Array.of(5, 9), range)).toBe(range);
    expect(displayRange(Float32Array.of(5, Number.NaN, 9, Number.POSITIVE_INFINITY), undefined)).toEqual({ low: 5, high: 9 });
    expect(displayRange(Float32Array.of(2, 2), undefined)).toEqual({ low: 2, high: 3 });
    expect(extent(new Float32Array())).toEqual({ low: 0, high: 0 });
  });
});

describe("overlay", () => {
  const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 13) };

  it("leaves a normal image as it is", async () => {
    const png = await overlay(image, new Float32Array(6), range);
    expect(new Uint8Array(await sharp(png).raw().toBuffer())).toEqual(image.data);
  });

  it("blends the colours by their opacity, at the place of the defect only", async () => {
    const png = await overlay(image, Float32Array.of(0, 0, 0, 0, 3, 0), { ...range, opacity: 0.5 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([3, 2, 3]);
    const expected = Uint8Array.from(image.data);
    const alpha = Math.round(255 * 0.5) / 255;
    for (let k = 0; k < 3; k++) expected[12 + k] = Math.round((1 - alpha) * image.data[12 + k]! + alpha * inferno[3 * 232 + k]!);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThanOrEqual(1);
    expect(data[12]).not.toBe(image.data[12]);
  });

  it("refuses a map of another size", async () => {
    await expect(overlay(image, new Float32Array(7), range)).rejects.toMatchObject({ code: "LTAD_SHAPE" });
  });
});

describe("mapPng16", () => {
  const read = async (png: Buffer) => {
    const raw = await sharp(png).toColourspace("grey16").raw({ depth: "ushort" }).toBuffer();
    return new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  };

  it("gives the values back by its range", async () => {
    const map = Float32Array.of(0.25, 1, 2, 2.5, 7, 3);
    const { png, low, high } = await mapPng16(map, 3, 2, range);
    expect([low, high]).toEqual([0.25, 7]);
    expect(await sharp(png).metadata()).toMatchObject({ width: 3, height: 2, depth: "ushort", channels: 1 });
    const back = Array.from(await read(png), (grey) => low + ((high - low) * grey) / 65535);
    for (const [i, value] of back.entries()) expect(Math.abs(value - map[i]!)).toBeLessThan((7 - 0.25) / 65535);
  });

  it("keeps the detector's scale for a map within it, and takes a constant", async () => {
    expect(await mapPng16(Float32Array.of(1.5, 2), 2, 1, range)).toMatchObject(range);
    const { png } = await mapPng16(new Float32Array(6).fill(4), 3, 2);
    expect([...(await read(png))]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
