import sharp from "sharp";
import { expect, it } from "vitest";
import { makeFolder, png } from "../testing/make-folder.js";
import { datasetStatistics } from "./dataset-statistics.js";
import { examineDataset } from "./examine/examine-dataset.js";
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
  expect((await datasetStatistics(await scanDataset(root))).classes).toEqual([
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

it("remarks on masks that are inverted, empty or in the alpha channel", async () => {
  const mask = (channels: 1 | 4, of: (pixel: number) => number[]) =>
    sharp(Uint8Array.from(Array.from({ length: 24 }, (_, i) => of(i)).flat()), { raw: { width: 6, height: 4, channels } })
      .png()
      .toBuffer();
  const root = await makeFolder({
    "a/train/good/0.png": null,
    ...Object.fromEntries(["0", "1", "2"].map((name) => [`a/test/crack/${name}.png`, null])),
    "a/ground_truth/crack/0_mask.png": await mask(1, (i) => [i < 2 ? 0 : 255]),
    "a/ground_truth/crack/1_mask.png": await mask(1, () => [0]),
    "a/ground_truth/crack/2_mask.png": await mask(4, (i) => [0, 0, 0, i < 3 ? 255 : 0]),
  });
  const { lines } = await datasetStatistics(await scanDataset(root));
  expect(lines.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^a: 1 file \(a\/test\/crack\/0\.png\) whose mask marks more than half of the image, 92 % .*inverted\.$/),
      expect.stringMatching(/^a: 1 file \(a\/test\/crack\/1\.png\) whose mask marks nothing, /),
      expect.stringMatching(/^a: 1 file \(a\/test\/crack\/2\.png\) whose mask is read from the alpha channel, /),
    ]),
  );
});

it("says everything that examineDataset says, but for what only pixels show, and counts without files that cannot be used", async () => {
  const root = await makeFolder({
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`a/train/good/${i}.png`, i === 0 ? null : "text"])),
    "a/train/other.txt": "",
    "a/test/OK/0.png": await png(12, 8),
    "a/test/crack/0.png": null,
    "a/ground_truth/crack/0_mask.png": await png(5, 4),
  });
  const dataset = await scanDataset(root);
  const [counted, examined] = [await datasetStatistics(dataset), await examineDataset(dataset)];
  expect(counted.lines).toEqual(examined.lines.filter(({ text }) => !text.includes("found twice")));
  expect(counted.lines.map(({ text }) => text.replaceAll(root, "ROOT"))).toContainEqual(
    expect.stringMatching(
      /^a: 4 files \(a\/train\/good\/1\.png, .*\.\.\.\) cannot be used, all for one reason\. The first: ROOT\/a\/train/,
    ),
  );
  expect(counted).toMatchObject({ unusable: 5, classes: [{ train: 5, sizes: 2, width: { min: 6, max: 12 } }] });
});
