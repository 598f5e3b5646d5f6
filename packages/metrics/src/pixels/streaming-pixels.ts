import { decodeSafetensors, encodeSafetensors, int32, LtadError, type NdArray } from "@ltad/core/browser";
import { bytes as bytesRule, check, having, listOf, string } from "@ltad/core/check";
import type { Ranking } from "../ranking/ranking.js";
import type { ExactPixels } from "./exact-pixels.js";
import { floatOfKey } from "./float-keys.js";
import { type PixelAccumulator, type SplitImage, splitImage, splitRule } from "./pixel-image.js";

// A bin is the upper 20 bits of a key: sign, exponent and 11 bits of the mantissa. Scores in one bin differ by less than 2^-11 of their size.
const binBits = 12;
const bins = 1 << 20;
const format = "ltad-streaming-pixels-1";

/**
 * Metrics of pixels in bounded memory: the histograms take 24 MB, whatever the number of images. Every metric is that of scores rounded down to
 * 12 significant bits; {@link streamingBounds} returns the bounds between which the exact metric lies.
 */
export interface StreamingPixels extends PixelAccumulator {
  readonly histograms: Histograms;
  /** Adds all images of another accumulator, streaming or exact, which does not change. */
  merge(other: Pick<StreamingPixels, "counts" | "histograms"> | Pick<ExactPixels, "images">): void;
}

/** For each bin, [2^20]: how many good and defect pixels it has, and the sum of the region shares that they cover. */
export interface Histograms {
  readonly good: Float64Array;
  readonly defect: Float64Array;
  readonly overlap: Float64Array;
}

/** Creates an empty accumulator. */
export function streamingPixels(): StreamingPixels {
  const histograms = { good: new Float64Array(bins), defect: new Float64Array(bins), overlap: new Float64Array(bins) };
  return accumulator(histograms, { images: 0, defectImages: 0, regions: 0, defectPixels: 0, goodPixels: 0 });
}

function accumulator(histograms: Histograms, counts: Record<keyof PixelAccumulator["counts"], number>): StreamingPixels {
  const grow = (by: PixelAccumulator["counts"]) => {
    for (const name of countNames) counts[name] += by[name];
  };
  const take = ({ good, defect, region, sizes }: SplitImage) => {
    for (let i = 0; i < good.length; i++) increase(histograms.good, good[i]!, 1);
    for (let i = 0; i < defect.length; i++) {
      increase(histograms.defect, defect[i]!, 1);
      increase(histograms.overlap, defect[i]!, 1 / sizes[region[i]!]!);
    }
    const defectImages = sizes.length > 0 ? 1 : 0;
    grow({ images: 1, defectImages, regions: sizes.length, defectPixels: defect.length, goodPixels: good.length });
  };
  return {
    histograms,
    get counts() {
      return { ...counts };
    },
    add: (image) => take(splitImage(image, counts.images)),
    merge(other) {
      check("merge", { other }, { other: having("a pixel accumulator") });
      if (!("images" in other)) check("merge", { other }, { other: having("a pixel accumulator", "histograms", "counts") });
      if ("images" in other) check("merge", { images: other.images }, { images: listOf(splitRule) });
      if ("images" in other) return other.images.forEach(take);
      for (const name of ["good", "defect", "overlap"] as const) {
        const [own, more] = [histograms[name], other.histograms[name]];
        for (let b = 0; b < bins; b++) own[b] = own[b]! + more[b]!;
      }
      grow(other.counts);
    },
    ranking: () => rankBins(histograms, counts),
    toBytes: () => encodeHistograms(histograms, counts),
  };
}

function increase(histogram: Float64Array, key: number, by: number): void {
  const bin = key >>> binBits;
  histogram[bin] = histogram[bin]! + by;
}

function rankBins({ good, defect, overlap }: Histograms, counts: PixelAccumulator["counts"]): Ranking {
  const used = usedBins({ good, defect });
  const edge = (bin: number) => floatOfKey((bin << binBits) >>> 0);
  return {
    unit: "pixels",
    positives: counts.defectPixels,
    negatives: counts.goodPixels,
    regions: counts.regions,
    walk(visit) {
      let [tp, fp, covered, waiting] = [0, 0, 0, 0];
      for (let i = used.length - 1; i >= 0; i--) {
        const bin = used[i]!;
        if (defect[bin] === 0) {
          waiting += good[bin]!;
          continue;
        }
        fp += waiting;
        if (waiting > 0) visit(edge(bin + 1), tp, fp, covered);
        waiting = 0;
        tp += defect[bin]!;
        fp += good[bin]!;
        covered += overlap[bin]!;
        visit(edge(bin), tp, fp, covered);
      }
      if (waiting > 0) visit(edge(used[0]!), tp, fp + waiting, covered);
    },
  };
}

/** The bins that are not empty, ascending. */
function usedBins({ good, defect }: Pick<Histograms, "good" | "defect">): number[] {
  const used: number[] = [];
  for (let b = 0; b < bins; b++) if (good[b] !== 0 || defect[b] !== 0) used.push(b);
  return used;
}

const countNames = ["images", "defectImages", "regions", "defectPixels", "goodPixels"] as const;

function encodeHistograms(histograms: Histograms, counts: PixelAccumulator["counts"]): Uint8Array {
  const { good, defect, overlap } = histograms;
  const used = usedBins(histograms);
  const part = (histogram: Float64Array): NdArray => {
    const data = new Uint8Array(Float64Array.from(used, (b) => histogram[b]!).buffer);
    return { dtype: "bool", shape: [data.length], data }; // the bytes of float64 numbers
  };
  const arrays = { bins: int32([used.length], used), good: part(good), defect: part(defect), overlap: part(overlap) };
  return encodeSafetensors(arrays, { format, counts: JSON.stringify(counts) });
}

/**
 * Restores a streaming accumulator from the bytes of its `toBytes`.
 * @param source what errors call the bytes
 * @throws LtadError `LTAD_WEIGHTS` for damaged bytes, `LTAD_DATA` when the parts do not fit together
 */
export function streamingPixelsFromBytes(bytes: Uint8Array, source = "stored histograms"): StreamingPixels {
  check("streamingPixelsFromBytes", { bytes, source }, { bytes: bytesRule, source: string });
  const { arrays, metadata } = decodeSafetensors(bytes, source);
  const used = arrays["bins"]?.data ?? new Int32Array(0);
  const part = (name: string) => {
    const values = new Float64Array((arrays[name]?.data.slice() ?? new Uint8Array(0)).buffer.slice(0));
    if (values.length !== used.length || !values.every((v) => v >= 0 && v < Infinity)) throw misfit(source);
    const histogram = new Float64Array(bins);
    for (let i = 0; i < used.length; i++) histogram[used[i]!] = values[i]!;
    return histogram;
  };
  const counts = countsOf(metadata["counts"]);
  if (metadata["format"] !== format || !counts || !used.every((b) => b >= 0 && b < bins)) throw misfit(source);
  const histograms = { good: part("good"), defect: part("defect"), overlap: part("overlap") };
  const total = (histogram: Float64Array) => histogram.reduce((sum, n) => sum + n, 0);
  if (total(histograms.good) !== counts.goodPixels || total(histograms.defect) !== counts.defectPixels) throw misfit(source);
  return accumulator(histograms, counts);
}

function countsOf(text: string | undefined): Record<(typeof countNames)[number], number> | null {
  try {
    const counts = JSON.parse(text ?? "") as Record<string, unknown>;
    return countNames.every((name) => Number.isSafeInteger(counts[name])) ? (counts as Record<(typeof countNames)[number], number>) : null;
  } catch {
    return null;
  }
}

function misfit(source: string): LtadError {
  return new LtadError("LTAD_DATA", `${source}: not the saved state of a streaming pixel accumulator (its parts do not match).`, {
    details: { file: source },
  });
}
