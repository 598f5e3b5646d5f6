import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGood, scanDataset } from "@ltad/data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pixelsOf } from "./class-metrics.js";
import { tinyDataset } from "./testing/tiny-dataset.js";

// Images of 40 x 32 pixels, whose defects are squares of 8 pixels at (8, 8) and (9, 8); a grid of 2 x 2 places at 32 x 32 pixels.

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-pixels-"));
  await tinyDataset(root, { lid: { train: 1, good: 1, defect: 2 } });
});
afterAll(() => rm(root, { recursive: true }));

async function measured(judged?: string) {
  const [data] = (await scanDataset(root)).classes;
  const images = data!.test.map((item) => ({ item, score: isGood(item) ? 0 : 1, class: "lid", map: Float32Array.of(1, 0, 0, 0) }));
  const { pixels, warnings } = await pixelsOf(data!, images, { grid: 2, inputSize: 32, judged });
  return { ...pixels.counts, warnings };
}

describe("pixels of a class with an include mask", () => {
  it("count where they are judged", async () => {
    const all = await measured();
    expect(all.goodPixels + all.defectPixels).toBe(3 * 32 * 32);
    const top = await measured("1100");
    expect(top.goodPixels + top.defectPixels).toBe((3 * 32 * 32) / 2);
    expect([top.defectPixels, top.regions, top.warnings]).toEqual([all.defectPixels, 2, []]);
  });

  it("do not count elsewhere, and defects that nobody can find are named", async () => {
    const bottom = await measured("0011");
    expect(bottom).toMatchObject({ defectPixels: 0, regions: 0, goodPixels: (3 * 32 * 32) / 2 });
    expect(bottom.warnings).toEqual([
      expect.stringMatching(/^lid: 2 defects outside the include mask \(lid\/test\/spot\/0\.png, .*\); the model ignores/),
    ]);
  });
});
