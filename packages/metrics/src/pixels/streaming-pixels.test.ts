import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { auroc } from "../image/auroc.js";
import { averagePrecision } from "../image/average-precision.js";
import { f1Max, iouMax } from "../image/f1-max.js";
import { fprAtTpr } from "../image/operating-points.js";
import type { Ranking } from "../ranking/ranking.js";
import { pixelImages, pixelSets } from "../testing/golden.js";
import { tinyImages } from "../testing/tiny-images.js";
import { exactPixels } from "./exact-pixels.js";
import { floatKeys, floatOfKey } from "./float-keys.js";
import type { PixelImage } from "./pixel-image.js";
import { aupro } from "./pro-curve.js";
import { auproBounds, type Between, streamingBounds } from "./streaming-bounds.js";
import { streamingPixels, streamingPixelsFromBytes } from "./streaming-pixels.js";

const limits = [0.3, 0.05, 0.01];
const names = Object.keys(pixelSets).filter((name) => pixelSets[name]?.pixel_auroc !== null);

function exactly(images: readonly PixelImage[]): Ranking {
  const pixels = exactPixels();
  for (const image of images) pixels.add(image);
  return pixels.ranking();
}
function streamed(images: readonly PixelImage[]) {
  const pixels = streamingPixels();
  for (const image of images) pixels.add(image);
  return pixels;
}
const all = (r: Ranking) => [
  auroc(r),
  averagePrecision(r),
  f1Max(r).value,
  iouMax(r),
  fprAtTpr(r, 0.95),
  ...limits.map((limit) => aupro(r, limit)),
];
const bounds = (r: Ranking): Between[] => [
  ...Object.values(streamingBounds(r) as unknown as Record<string, Between>),
  ...limits.map((limit) => auproBounds(r, limit)),
];
/** Scores rounded towards -Infinity to the upper 20 bits of their keys. */
const rounded = (image: PixelImage): PixelImage => ({
  ...image,
  map: Float32Array.from(floatKeys(image.map).keys, (key) => floatOfKey((key & 0xfffff000) >>> 0)),
});

/** Scores so near to each other that bins matter. */
function close(seed: number): PixelImage[] {
  const rng = createRng(seed);
  return Array.from({ length: 3 }, (_, k): PixelImage => {
    const mask = Uint8Array.from({ length: 24 * 20 }, (_, i) => (k < 2 && (i % 20) + Math.floor(i / 20) < 9 ? 1 : 0));
    return { map: Float32Array.from(mask, (m) => 1 + 0.004 * rng.uniform() + 0.001 * m), mask, width: 20 };
  });
}

describe("streaming pixels", () => {
  const cases: [string, PixelImage[]][] = [
    ...names.map((name): [string, PixelImage[]] => [name, pixelImages(name)]),
    ...[1, 2, 3, 4].map((seed): [string, PixelImage[]] => [`close scores ${seed}`, close(seed)]),
  ];

  it.each(cases)("are the exact metrics of rounded scores: %s", (_, images) => {
    expectClose(all(streamed(images).ranking()), all(exactly(images.map(rounded))), { rtol: 1e-11, atol: 1e-13 });
  });

  it.each(cases)("say between what numbers the exact metric lies: %s", (_, images) => {
    const ranking = streamed(images).ranking();
    const [exact, own] = [all(exactly(images)), all(ranking)];
    bounds(ranking).forEach(({ low, high }, i) => {
      for (const value of [exact[i]!, own[i]!]) {
        expect(value).toBeGreaterThanOrEqual(low - 1e-12);
        expect(value).toBeLessThanOrEqual(high + 1e-12);
      }
    });
  });

  it("bound the error below 1e-3 for scores as models give them", () => {
    for (const name of ["larger", "mixed_sizes", "borders", "extreme_pixel", "negative_scores"]) {
      const ranking = streamed(pixelImages(name)).ranking();
      const { auroc: between } = streamingBounds(ranking);
      expect(between.high - between.low, name).toBeLessThan(1e-3);
      const exact = all(exactly(pixelImages(name)));
      all(ranking).forEach((value, i) => expect(Math.abs(value - exact[i]!), `${name} ${i}`).toBeLessThan(1e-3));
    }
  });

  it("has bounds that hold on hundreds of tiny cases and are met when a bin hides the order", () => {
    const rng = createRng(77);
    let widest = 0;
    for (let n = 0; n < 300; n++) {
      const images = tinyImages(rng).map((image) => ({ ...image, map: image.map.map((s) => 1 + s * 2 ** -11) }));
      const pixels = streamed(images);
      const { defectPixels, goodPixels } = pixels.counts;
      if (defectPixels === 0 || goodPixels === 0) continue;
      const exact = all(exactly(images));
      bounds(pixels.ranking()).forEach(({ low, high }, i) => {
        expect(exact[i]).toBeGreaterThanOrEqual(low - 1e-12);
        expect(exact[i]).toBeLessThanOrEqual(high + 1e-12);
        widest = Math.max(widest, high - low);
      });
    }
    expect(widest).toBeGreaterThan(0.5);
    const hidden = streamed([{ map: Float32Array.of(1, 1.0001), mask: Uint8Array.of(1, 0), width: 2 }]).ranking();
    expect(streamingBounds(hidden).auroc).toEqual({ low: 0, high: 1 });
  });

  it("refuses a limit of AUPRO that is not above 0 and at most 1", () => {
    const ranking = streamed(close(1)).ranking();
    for (const limit of [0, -0.1, 1.1, Number.NaN])
      expect(() => auproBounds(ranking, limit)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  });

  it("merged and stored shards give what one pass gives", () => {
    for (const [, images] of cases) {
      const left = streamed(images.slice(0, 1));
      left.merge(streamingPixelsFromBytes(streamed(images.slice(1)).toBytes()));
      expect(left.counts).toEqual(streamed(images).counts);
      expectClose(all(left.ranking()), all(streamed(images).ranking()), { rtol: 1e-13, atol: 0 });
      const fromExact = streamingPixels();
      const exact = exactPixels();
      for (const image of images) exact.add(image);
      fromExact.merge(exact);
      expect(fromExact).toMatchObject({ counts: left.counts });
      expect(all(fromExact.ranking())).toEqual(all(streamed(images).ranking()));
    }
  });

  it("take the same memory however many images", () => {
    const pixels = streamingPixels();
    const size = () =>
      Object.values(pixels.histograms as unknown as Record<string, Float64Array>).reduce((sum, h) => sum + h.byteLength, 0);
    const before = size();
    for (let i = 0; i < 50; i++) pixels.add(close(i)[0]!);
    expect([before, size()]).toEqual([24 << 20, 24 << 20]);
  });

  it("refuse a stored state that is damaged or foreign", () => {
    const bytes = streamed(pixelImages("diagonal")).toBytes();
    expect(() => streamingPixelsFromBytes(bytes.subarray(0, 40), "a.bin")).toThrow(/^a.bin: /);
    const wrong = bytes.slice();
    wrong[wrong.length - 1] = 0xff; // a negative or endless share
    expect(() => streamingPixelsFromBytes(wrong)).toThrow(expect.objectContaining({ code: "LTAD_DATA" }));
    const foreign = bytes.slice();
    foreign[new TextDecoder("latin1").decode(bytes).indexOf("ltad-streaming")] = 120;
    expect(() => streamingPixelsFromBytes(foreign)).toThrow(expect.objectContaining({ code: "LTAD_DATA" }));
  });
});
