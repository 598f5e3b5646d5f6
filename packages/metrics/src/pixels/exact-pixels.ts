import { bytes as bytesRule, check, having, listOf, string } from "@ltad/core/check";
import type { Ranking } from "../ranking/ranking.js";
import { countBetween } from "./count-between.js";
import { floatOfKey } from "./float-keys.js";
import { type PixelAccumulator, type PixelCounts, splitImage, type SplitImage, splitRule } from "./pixel-image.js";
import { decodeImages, encodeImages } from "./stored-images.js";
import { type Pairs, sortPairs } from "./sort-pairs.js";

/** Exact metrics of pixels. It keeps every score, with 4 bytes for a good pixel and 8 for a defect pixel. */
export interface ExactPixels extends PixelAccumulator {
  /** Every image in its stored form, in the order in which they were added. */
  readonly images: readonly SplitImage[];
  /** Adds all images of another accumulator, which does not change. */
  merge(other: Pick<ExactPixels, "images">): void;
}

/** Creates an accumulator, empty or with the images of another one. */
export function exactPixels(start: readonly SplitImage[] = []): ExactPixels {
  check("exactPixels", { start }, { start: listOf(splitRule) });
  const images = [...start];
  let sorted: Ranking | null = null;
  const take = (more: readonly SplitImage[]) => {
    for (const image of more) images.push(image);
    sorted = null;
  };
  return {
    images,
    add: (image) => take([splitImage(image, images.length)]),
    merge(other) {
      check("merge", { other }, { other: having("an exact pixel accumulator", "images") });
      check("merge", { images: other.images }, { images: listOf(splitRule) });
      take([...other.images]);
    },
    get counts() {
      return countsOf(images);
    },
    ranking: () => (sorted ??= rankPixels(images)),
    toBytes: () => encodeImages(images),
  };
}

/**
 * Restores an exact accumulator from the bytes of its `toBytes`.
 * @param source what errors call the bytes
 * @throws LtadError `LTAD_WEIGHTS` for damaged bytes, `LTAD_DATA` when the parts do not fit together
 */
export function exactPixelsFromBytes(bytes: Uint8Array, source = "stored pixels"): ExactPixels {
  check("exactPixelsFromBytes", { bytes, source }, { bytes: bytesRule, source: string });
  return exactPixels(decodeImages(bytes, source));
}

function countsOf(images: readonly SplitImage[]): PixelCounts {
  const sum = (of: (image: SplitImage) => number) => images.reduce((total, image) => total + of(image), 0);
  return {
    images: images.length,
    defectImages: sum(({ sizes }) => (sizes.length > 0 ? 1 : 0)),
    regions: sum(({ sizes }) => sizes.length),
    defectPixels: sum(({ defect }) => defect.length),
    goodPixels: sum(({ good }) => good.length),
  };
}

/** Sorts the defect pixels and counts the good ones between them. One pass over all scores serves every metric. */
function rankPixels(images: readonly SplitImage[]): Ranking {
  const { defectPixels, goodPixels, regions } = countsOf(images);
  const { keys, counts, overlaps } = distinctScores(sortPairs(defectPairs(images, defectPixels)), regionSizes(images));
  const good = countBetween(
    images.map((image) => image.good),
    keys,
  );
  const lowest = good[0] === 0 ? 0 : floatOfKey(lowestKey(images));
  return {
    unit: "pixels",
    positives: defectPixels,
    negatives: goodPixels,
    regions,
    walk(visit) {
      let tp = 0;
      let fp = 0;
      let overlap = 0;
      for (let j = keys.length - 1; j >= 0; j--) {
        const key = keys[j]!;
        const between = good[2 * j + 2]!;
        fp += between;
        if (between > 0) visit(floatOfKey(key + 1), tp, fp, overlap); // just above
        tp += counts[j]!;
        fp += good[2 * j + 1]!;
        overlap += overlaps[j]!;
        visit(floatOfKey(key), tp, fp, overlap);
      }
      const rest = good[0]!;
      if (rest > 0) visit(lowest, tp, fp + rest, overlap);
    },
  };
}

/** The keys of all defect pixels, with regions numbered consecutively over all images. */
function defectPairs(images: readonly SplitImage[], total: number): Pairs {
  const pairs = { keys: new Uint32Array(total), values: new Uint32Array(total) };
  let [at, regions] = [0, 0];
  for (const { defect, region, sizes } of images) {
    pairs.keys.set(defect, at);
    for (let i = 0; i < region.length; i++) pairs.values[at + i] = regions + region[i]!;
    at += defect.length;
    regions += sizes.length;
  }
  return pairs;
}

function regionSizes(images: readonly SplitImage[]): Float64Array {
  return Float64Array.from(images.flatMap(({ sizes }) => [...sizes]));
}

/** Merges equal scores: how many defect pixels have each score, and what they add to the covered shares of their regions. */
function distinctScores({ keys, values }: Pairs, sizes: Float64Array) {
  let distinct = keys.length > 0 ? 1 : 0;
  for (let i = 1; i < keys.length; i++) if (keys[i] !== keys[i - 1]) distinct++;
  const out = { keys: new Uint32Array(distinct), counts: new Uint32Array(distinct), overlaps: new Float64Array(distinct) };
  for (let i = 0, j = -1; i < keys.length; i++) {
    if (i === 0 || keys[i] !== keys[i - 1]) out.keys[++j] = keys[i]!;
    out.counts[j] = out.counts[j]! + 1;
    out.overlaps[j] = out.overlaps[j]! + 1 / sizes[values[i]!]!;
  }
  return out;
}

function lowestKey(images: readonly SplitImage[]): number {
  let lowest = 0xffffffff;
  for (const { good } of images) for (let i = 0; i < good.length; i++) if (good[i]! < lowest) lowest = good[i]!;
  return lowest;
}
