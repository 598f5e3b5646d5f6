import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../testing/test-io.js";
import { drawnSmaller } from "./drawn-smaller.js";

it("names the images whose maps are drawn smaller", async () => {
  const folder = await temporaryFolder();
  const [large, small] = [join(folder, "large.png"), join(folder, "small.png")];
  for (const [file, side] of [
    [large, 5001],
    [small, 50],
  ] as const) {
    const image = sharp({ create: { width: side, height: side, channels: 3, background: "#888" } });
    await image.png({ compressionLevel: 1, adaptiveFiltering: false }).toFile(file);
  }
  expect(await drawnSmaller([small])).toBeUndefined();
  const one = `1 image has more than 25 megapixels; its map and overlay are drawn smaller, at 25 (${large}).`;
  expect(await drawnSmaller([large, small])).toBe(one);
  expect(await drawnSmaller([large, large, large, large])).toMatch(/^4 images have .*; their maps .*, \.\.\.\)\.$/);
});
