import sharp from "sharp";
import { expect, it } from "vitest";
import { makeFolder, png } from "../testing/make-folder.js";
import { datasetStatistics } from "./dataset-statistics.js";
import { scanDataset } from "./scan-dataset.js";

it("counts images, sizes and mask coverage", async () => {
  const mask = (defects: number) =>
    sharp(
      Uint8Array.from({ length: 24 }, (_, i) => (i < defects ? 255 : 0)),
      { raw: { width: 6, height: 4, channels: 1 } },
    )
      .png()
      .toBuffer();
  const root = await makeFolder({
    "a/train/good/0.png": null,
    "a/train/good/1.png": await png(12, 8),
    "a/test/good/0.png": null,
    "a/test/crack/0.png": null,
    "a/test/crack/1.png": null,
    "a/test/bent/0.png": null,
    "a/ground_truth/crack/0_mask.png": await mask(6),
    "a/ground_truth/crack/1_mask.png": await mask(12),
  });
  expect(await datasetStatistics(await scanDataset(root))).toEqual([
    {
      name: "a",
      train: 2,
      testGood: 1,
      testDefect: 3,
      width: { min: 6, mean: 42 / 6, max: 12 },
      height: { min: 4, mean: 28 / 6, max: 8 },
      sizes: 2,
      defects: [
        { name: "bent", images: 1, masks: 0, coverage: null },
        { name: "crack", images: 2, masks: 2, coverage: { min: 0.25, mean: 0.375, max: 0.5 } },
      ],
    },
  ]);
});
