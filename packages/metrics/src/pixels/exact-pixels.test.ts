import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { auroc } from "../image/auroc.js";
import { averagePrecision } from "../image/average-precision.js";
import { precisionRecallCurve, rocCurve } from "../image/curves.js";
import { f1Max, iouMax } from "../image/f1-max.js";
import { confusionAt, fprAtTpr, presortedBad } from "../image/operating-points.js";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";
import { goldenArrays, pixelImages, pixelSets } from "../testing/golden.js";
import { plainArea, plainPro } from "../testing/plain-pixels.js";
import { tinyImages } from "../testing/tiny-images.js";
import { exactPixels, exactPixelsFromBytes } from "./exact-pixels.js";
import type { PixelImage } from "./pixel-image.js";
import { aupro, proCurve } from "./pro-curve.js";

const limits = [0.3, 0.05, 0.01];
const names = Object.keys(pixelSets);
const defined = names.filter((name) => pixelSets[name]?.pixel_auroc !== null);
const curves = goldenArrays("pixel_curves.safetensors");

function filled(images: readonly PixelImage[]) {
  const pixels = exactPixels();
  for (const image of images) pixels.add(image);
  return pixels;
}

/** Everything a ranking of pixels gives. */
function all(ranking: Ranking): number[] {
  const best = f1Max(ranking);
  const ranked = [auroc(ranking), averagePrecision(ranking), best.value, best.threshold, best.lowestThreshold, iouMax(ranking)];
  return [...ranked, fprAtTpr(ranking, 0.95), presortedBad(ranking, 10), ...limits.map((limit) => aupro(ranking, limit))];
}

describe("exact pixels equal scikit-learn and the exact AUPRO", () => {
  it.each(defined)("%s", (name) => {
    const pixels = filled(pixelImages(name));
    const ranking = pixels.ranking();
    const expected = pixelSets[name];
    const { positives, negatives, regions_8 } = expected!;
    expect(pixels.counts).toMatchObject({ defectPixels: positives, goodPixels: negatives, regions: regions_8 });
    const { value, threshold, lowestThreshold } = f1Max(ranking);
    expect([threshold, lowestThreshold]).toEqual([expected?.pixel_f1max_threshold, expected?.pixel_f1max_lowest_threshold]);
    expectClose(
      [auroc(ranking), averagePrecision(ranking), value, fprAtTpr(ranking, 0.95)],
      [expected?.pixel_auroc, expected?.pixel_ap, expected?.pixel_f1max, expected?.pixel_fpr_at_95_tpr] as number[],
      { rtol: 1e-10, atol: 0 },
    );
    for (const limit of limits) {
      expectClose([aupro(ranking, limit)], [expected!.aupro[limit]!], { rtol: 0, atol: 1e-12 }, `AUPRO@${limit}`);
    }
  });

  it.each(names.filter((name) => !defined.includes(name)))("undefined: %s", (name) => {
    const ranking = filled(pixelImages(name)).ranking();
    for (const metric of [() => auroc(ranking), () => aupro(ranking, 0.3), () => proCurve(ranking), () => rocCurve(ranking)])
      expect(metric).toThrow(expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" }));
  });

  it.each(defined.filter((name) => curves[`${name}.fpr`]))("the PRO curve of %s, without the middle of horizontal lines", (name) => {
    const { fpr, pro, thresholds } = proCurve(filled(pixelImages(name)).ranking());
    const [x, y] = [curves[`${name}.fpr`]!, curves[`${name}.pro`]!];
    const points = Array.from(x, (v, i) => `${v.toFixed(9)} ${y[i]!.toFixed(9)}`);
    const found = Array.from(fpr, (v, i) => `${v.toFixed(9)} ${pro[i]!.toFixed(9)}`);
    expect(found.filter((point) => !points.includes(point))).toEqual([]);
    const middle = (i: number) => i > 0 && i < y.length - 1 && y[i] === y[i - 1] && y[i] === y[i + 1];
    const missing = points.filter((point, i) => !found.includes(point) && !middle(i));
    expect(missing).toEqual([]);
    expect([fpr[0], pro[0], fpr.at(-1)]).toEqual([0, 0, 1]);
    expectClose([pro.at(-1)!], [1], { rtol: 0, atol: 1e-12 });
    expect([...thresholds]).toEqual([...thresholds].sort((a, b) => b - a));
  });

  it("are not what the usual mistakes give", () => {
    const seen = new Map<string, number>();
    for (const name of defined) {
      const ranking = filled(pixelImages(name)).ranking();
      for (const [mistake, values] of Object.entries(pixelSets[name]?.wrong ?? {})) {
        for (const limit of limits) {
          const [wrong, right] = [values[limit], pixelSets[name]!.aupro[limit]!];
          if (wrong === null || wrong === undefined || Math.abs(wrong - right) < 1e-6) continue;
          expect(Math.abs(aupro(ranking, limit) - wrong), `${mistake} in ${name}`).toBeGreaterThan(9e-7);
          seen.set(mistake, (seen.get(mistake) ?? 0) + 1);
        }
      }
    }
    expect([...seen.keys()].sort()).toEqual(Object.keys(pixelSets["diagonal"]?.wrong ?? {}).sort());
  });
});

describe("exact pixels on thousands of tiny cases", () => {
  const rng = createRng(41);
  const usable = Array.from({ length: 4000 }, () => tinyImages(rng)).filter((images) => {
    const { defectPixels, goodPixels } = filled(images).counts;
    return defectPixels > 0 && goodPixels > 0;
  });

  it("are the metrics of one long list, and AUPRO is its definition", () => {
    expect(usable.length).toBeGreaterThan(3000);
    for (const images of usable) {
      const ranking = filled(images).ranking();
      const list = rank(
        images.flatMap(({ map }) => [...map]),
        images.flatMap(({ map, mask }) => [...(mask ?? new Uint8Array(map.length))].map((v) => v > 0)),
      );
      const ofBoth = (r: Ranking) => [
        auroc(r),
        averagePrecision(r),
        f1Max(r).threshold,
        f1Max(r).lowestThreshold,
        iouMax(r),
        fprAtTpr(r, 0.95),
        presortedBad(r, 10),
      ];
      expectClose(ofBoth(ranking), ofBoth(list), { rtol: 1e-13, atol: 0 });
      const { fpr, pro } = plainPro(images);
      for (const limit of [...limits, 1]) expectClose([aupro(ranking, limit)], [plainArea(fpr, pro, limit)], { rtol: 1e-12, atol: 1e-14 });
      const roc = rocCurve(ranking);
      expectClose([plainArea(roc.fpr, roc.tpr, 1)], [auroc(list)], { rtol: 1e-12, atol: 0 });
      expectClose([precisionRecallCurve(ranking).recall.at(-1)!], [1], { rtol: 0, atol: 0 });
    }
  });

  it("merged shards, stored shards and any order give what one pass gives", () => {
    for (const images of usable.slice(0, 1000)) {
      const whole = all(filled(images).ranking());
      const cut = rng.integer(images.length + 1);
      const left = filled(images.slice(0, cut));
      left.merge(exactPixelsFromBytes(filled(images.slice(cut)).toBytes()));
      expect(left.counts).toEqual(filled(images).counts);
      expectClose(all(left.ranking()), whole, { rtol: 1e-13, atol: 1e-15 });
      expectClose(all(filled(rng.shuffle(images)).ranking()), whole, { rtol: 1e-13, atol: 1e-15 });
    }
  });

  it("do not change when every image is there twice, or with a monotone transform", () => {
    for (const images of usable.slice(0, 500)) {
      const whole = all(filled(images).ranking());
      expectClose(all(filled([...images, ...images]).ranking()), whole, { rtol: 1e-12, atol: 1e-14 });
      const grown = images.map((image) => ({ ...image, map: image.map.map((s) => Math.exp(4 * s) * 1e-20) }));
      const drop = (values: readonly number[]) => [...values.slice(0, 3), ...values.slice(5)]; // thresholds move with the scores
      expectClose(drop(all(filled(grown).ranking())), drop(whole), { rtol: 1e-13, atol: 0 });
    }
  });
});

describe("exact pixels", () => {
  const rng = createRng(8);
  const image = (n: number): PixelImage => ({
    map: rng.normals(n).map((v) => Math.round(v * 2000) / 1600),
    mask: Uint8Array.from({ length: n }, () => (rng.uniform() < 0.1 ? 255 : 0)),
    width: n,
  });

  it("go on after a result", () => {
    const images = [image(5000), image(3001), image(70_000)];
    const pixels = exactPixels();
    images.forEach((one, k) => {
      pixels.add(one);
      const seen = images.slice(0, k + 1);
      const list = rank(
        seen.flatMap(({ map }) => [...map]),
        seen.flatMap(({ mask }) => [...(mask ?? [])].map((v) => v > 0)),
      );
      expectClose([auroc(pixels.ranking()), averagePrecision(pixels.ranking())], [auroc(list), averagePrecision(list)], {
        rtol: 1e-13,
        atol: 0,
      });
    });
    expect(pixels.counts.images).toBe(3);
  });

  it("compare every float: negative, zero of either sign, subnormal, largest", () => {
    const ladder = [-3.4028234663852886e38, -1, -1.5e-45, -0, 0, 1.5e-45, 1e-38, 1, 1.0000001192092896, 3.4028234663852886e38];
    for (const good of ladder.map(Math.fround)) {
      for (const defect of ladder.map(Math.fround)) {
        const ranking = filled([{ map: Float32Array.of(good, defect), mask: Uint8Array.of(0, 1), width: 2 }]).ranking();
        expect(auroc(ranking), `${defect} against ${good}`).toBe(defect > good ? 1 : defect === good ? 0.5 : 0);
        expect(f1Max(ranking).threshold + 0).toBe(defect + 0);
        for (const t of rocCurve(ranking).thresholds) expect(t).not.toBeNaN();
      }
    }
  });

  it("take a good image without a mask, and a part of a larger array", () => {
    const pixels = exactPixels();
    pixels.add({ map: Float32Array.of(9, 1, 3, 9).subarray(1, 3), mask: null, width: 2 });
    expect(() => auroc(pixels.ranking())).toThrow(/none of the 2 pixels is anomalous/);
    pixels.add({ map: Float32Array.of(2), mask: Uint8Array.of(1), width: 1 });
    expect(auroc(pixels.ranking())).toBe(0.5);
  });

  it("refuse an image whole and name it", () => {
    const pixels = filled([{ map: Float32Array.of(1, 2), mask: Uint8Array.of(0, 1), width: 2 }]);
    const mask = Uint8Array.of(0, 1);
    expect(() => pixels.add({ map: Float32Array.of(1, Number.NaN), mask, width: 1, name: "a.png" })).toThrow(
      /^a.png: the score of pixel \(0, 1\) is NaN/,
    );
    expect(() => pixels.add({ map: Float32Array.of(-Infinity), mask: null, width: 1 })).toThrow(
      /^image 1: the score of pixel \(0, 0\) is -Infinity/,
    );
    expect(() => pixels.add({ map: Float32Array.of(1, 2, 3), mask, width: 1 })).toThrow(/the map has 3 pixels and the mask 2/);
    for (const width of [0, 3, 1.5, NaN])
      expect(() => pixels.add({ map: Float32Array.of(1, 2), mask, width })).toThrow(/not a whole number of rows/);
    expect(pixels.counts.images).toBe(1);
  });

  it("refuse a limit or a threshold that has no meaning for pixels", () => {
    const ranking = filled([{ map: Float32Array.of(1, 2), mask: Uint8Array.of(0, 1), width: 2 }]).ranking();
    for (const limit of [0, -1, 1.5, NaN]) expect(() => aupro(ranking, limit)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
    expect(() => confusionAt(ranking, 1)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  });

  it("refuse a stored state that is damaged or foreign", () => {
    const bytes = filled(pixelImages("diagonal")).toBytes();
    expect(() => exactPixelsFromBytes(bytes.subarray(0, 100), "a.bin")).toThrow(/^a.bin: /);
    const text = new TextDecoder("latin1").decode(bytes);
    const at = text.indexOf("ltad-exact-pixels-1");
    const foreign = bytes.slice();
    foreign[at] = 120;
    expect(() => exactPixelsFromBytes(foreign)).toThrow(expect.objectContaining({ code: "LTAD_DATA" }));
    const shorter = bytes.slice();
    shorter[shorter.length - 4] = 200; // the size of the last region
    expect(() => exactPixelsFromBytes(shorter)).toThrow(/regions of image 1/);
  });
});

describe("pixels that do not count", () => {
  const [width, height] = [6, 4];
  const map = Float32Array.from({ length: width * height }, (_, i) => ((i * 7) % 24) / 24);
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (i % width > 1 && i % width < 5 && i < 12 ? 1 : 0));
  const include = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 4 ? 1 : 0));
  const left = <T extends Float32Array | Uint8Array>(values: T) => values.filter((_, i) => include[i] === 1) as T;

  it("leave the numbers of the others: those of an image that ends there", () => {
    const whole = filled([{ map, mask, include, width }]);
    const cut = filled([{ map: left(map), mask: left(mask), width: 4 }]);
    expect(whole.counts).toEqual(cut.counts);
    expect(all(whole.ranking())).toEqual(all(cut.ranking()));
  });

  it("are neither good nor a defect, also of a good image and of a defect that lies outside", () => {
    expect(filled([{ map, mask: null, include, width }]).counts).toMatchObject({ goodPixels: 16, defectPixels: 0 });
    const outside = mask.map((_, i) => 1 - include[i]!);
    expect(filled([{ map, mask: outside, include, width }]).counts).toMatchObject({ goodPixels: 16, defectPixels: 0, regions: 0 });
  });

  it("are refused in another size", () => {
    expect(() => filled([{ map, mask, include: include.subarray(1), width }])).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
  });
});
