import { float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import type { ImageFeatures } from "@ltad/feature-store";
import { describe, expect, it } from "vitest";
import { copyLikelihoods } from "./choose-copies.js";
import { mergeSums, noSums, withImages } from "./class-sums.js";
import { openScatter } from "./scatter.js";
import { golden, specOf, unitLength } from "./testing/statistics-golden.js";

// Copies of features instead of images: token i of a copy is token source[i] of the image.
const { stages, folds, candidates, classes } = golden.turns;
const { k0, ridge } = golden.constants;

describe.each(Object.entries(classes))("copies of class %s", (_, { grid, sources, train, deviation, loglik, winner }) => {
  it("held-out likelihoods of an independent program, and its winner", async () => {
    const spec = specOf(stages, grid);
    const images = unitLength(train, stages);
    const scatter = await openScatter(spec.channels);
    try {
      const sums = async (of: readonly ImageFeatures[]) =>
        Promise.all(
          Array.from({ length: folds }, async (__, fold) => {
            const own = of.filter((___, j) => j % folds === fold);
            const total = await withImages(noSums(spec), own, scatter);
            return total;
          }),
        );
      const copies = Object.fromEntries(
        await Promise.all(
          Object.entries(sources).map(async ([name, source]) => [name, await sums(images.map((image) => moved(image, source)))] as const),
        ),
      );
      const names = Object.keys(candidates);
      const found = await copyLikelihoods(
        { images: await sums(images), copies },
        names.map((name) => candidates[name]!),
        { deviation: Float64Array.from(deviation), scatter, meanPrior: k0, ridge },
      );
      expectClose(
        found,
        names.map((name) => loglik[name]!),
        { rtol: 0, atol: 2e-5 },
        "likelihood",
      );
      expect(names[found.indexOf(Math.max(...found))]).toBe(winner);
    } finally {
      await scatter.dispose();
    }
  });
});

it("sums of no image add nothing", () => {
  const spec = specOf([2, 4], 2);
  expect(mergeSums([noSums(spec), noSums(spec)])).toEqual(noSums(spec));
});

function moved({ features, z }: ImageFeatures, source: readonly number[]): ImageFeatures {
  const channels = features.shape[2]!;
  const data = source.flatMap((from) => [...features.data.subarray(from * channels, (from + 1) * channels)]);
  return { features: float32(features.shape, data), z };
}
