import { readFileSync } from "node:fs";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { upsampleBilinear } from "./upsample.js";

interface Golden {
  readonly cases: readonly { case: string; from: [number, number]; to: [number, number]; map: number[]; expected: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL("__fixtures__/resize-half-pixel.json", import.meta.url), "utf8")) as Golden;

/** The definition, one output value at a time: a tent of width 1 around the sampling point, edges repeated. */
function plain(map: Float32Array, h: number, w: number, H: number, W: number): number[] {
  const out: number[] = [];
  for (let y = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      const [sy, sx] = [((y + 0.5) * h) / H - 0.5, ((x + 0.5) * w) / W - 0.5];
      let sum = 0;
      for (let i = -1; i <= h; i++) {
        for (let j = -1; j <= w; j++) {
          const weight = Math.max(0, 1 - Math.abs(sy - i)) * Math.max(0, 1 - Math.abs(sx - j));
          sum += weight * map[Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1)]!;
        }
      }
      out.push(sum);
    }
  }
  return out;
}

const upsample = (data: Float32Array, h: number, w: number, H: number, W: number) =>
  upsampleBilinear({ data, width: w, height: h }, { width: W, height: H });

describe("upsampleBilinear", () => {
  it.each(golden.cases)("is torch's: $case", ({ from: [h, w], to: [H, W], map, expected, case: name }) => {
    expectClose(upsample(Float32Array.from(map), h, w, H, W), expected, { rtol: 2e-6, atol: 2e-6 }, name);
  });

  it.each([
    [3, 5, 17, 29],
    [14, 14, 97, 61],
    [1, 4, 6, 9],
    [4, 1, 5, 7],
    [24, 24, 1, 1],
  ])("is the plain definition: %i x %i -> %i x %i", (h, w, H, W) => {
    const map = createRng(h * w).normals(h * w);
    expectClose(upsample(map, h, w, H, W), plain(map, h, w, H, W), { rtol: 1e-5, atol: 1e-5 });
  });

  it("keeps a constant and never leaves the range", () => {
    expect(new Set(upsample(new Float32Array(12).fill(0.3), 3, 4, 31, 45))).toEqual(new Set([Math.fround(0.3)]));
    const map = createRng(7).normals(35);
    const out = upsample(map, 5, 7, 53, 41);
    expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...map));
    expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...map));
  });

  it("refuses what does not fit", () => {
    expect(() => upsample(new Float32Array(5), 2, 3, 4, 4)).toThrow(/expected 3 x 2 values/);
    expect(() => upsample(new Float32Array(6), 2, 3, 0, 4)).toThrow(/above 0/);
  });

  it("turns with the map", () => {
    const map = createRng(9).normals(15);
    const turned = Float32Array.from(map).reverse();
    expectClose(upsample(turned, 3, 5, 20, 33), upsample(map, 3, 5, 20, 33).reverse(), { rtol: 1e-5, atol: 1e-6 });
  });
});
