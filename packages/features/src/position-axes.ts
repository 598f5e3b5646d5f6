import { evenly, type FloatArray, floats, float32, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { openPrincipalAxes } from "./principal-axes.js";

// Shapes: K classes, n images of a class, N tokens, P tokens at a time, C channels, r axes.

/** The covariance of each position: x' = gain (x - U^T U x) for x whitened by its class. */
export interface PositionAxes {
  /** [K, N, r, C] U: the largest axes v_k, each times the root of 1 - sqrt(nu / (nu + s_k)); rows of zeros if a position has fewer axes. */
  readonly axes: NdArray;
  /** [K] sqrt((nu + n) / nu) */
  readonly gain: NdArray;
}

/** The statistics that whiten tokens by their class. */
interface Whitening {
  readonly channelDeviation: NdArray;
  readonly positionMean: NdArray; // [K, N, C]
  readonly whitening: NdArray; // [K, C, C]
}

export interface AxesOptions {
  readonly positionRank: number;
  readonly positionPrior: number;
}

export interface AxesFit {
  /**
   * The axes of every class.
   * @param set images of the classes of `tables`
   */
  of(set: LabelledFeatures, tables: Whitening, job: JobOptions): Promise<PositionAxes>;
  dispose(): Promise<void>;
}

/** At most this many images, taken evenly, determine the axes of a class. */
const mostImages = 192;
/** How many positions are processed together; their tokens fit into a cache of the processor. */
const mostPositions = 64;

/**
 * Opens the fit of the symmetric root of P_i = (nu I + X_i^T X_i) / (nu + n), truncated to rank r, at every position of every class. X_i [n, C]
 * are the whitened tokens at position i. The covariance of the class, which is I after whitening, counts as nu images.
 * @see docs/method.md, "Recommended settings" 3
 */
export async function openAxesFit(
  { tokens, channels }: FeatureSpec,
  { positionRank: rank, positionPrior: prior }: AxesOptions,
): Promise<AxesFit> {
  const positions = largestDivisor(tokens, mostPositions);
  const principal = await openPrincipalAxes({ positions, channels, rank });
  return {
    async of(set, tables, { onProgress, signal }) {
      const classes = set.counts.length;
      const axes = float32([classes, tokens, rank, channels]);
      for (const [label, count] of set.counts.entries()) {
        const images = evenly(indicesOf(set.labels, label), mostImages);
        const scale = count / images.length; // how many images each of them represents
        const strength = (value: number) => Math.sqrt(1 - Math.sqrt(prior / (prior + scale * value)));
        const own = { deviation: tables.channelDeviation, whitening: tableOf(tables.whitening, label) };
        const means = tableOf(tables.positionMean, label).data;
        for (let from = 0; from < tokens; from += positions) {
          throwIfAborted(signal);
          const here = { from, count: positions };
          const tokensHere = { ...own, features: await tokensAt(set, images, here), mean: rowsOf(means, channels, here) };
          const found = await principal.of(tokensHere, strength);
          axes.data.set(floats(found, "axes"), (label * tokens + from) * rank * channels);
          onProgress?.({ phase: "positions", done: label * tokens + from + positions, total: classes * tokens, unit: "positions" });
        }
      }
      const gain = set.counts.map((count) => Math.sqrt((prior + count) / prior));
      return { axes, gain: float32([classes], gain) };
    },
    dispose: () => principal.dispose(),
  };
}

/** The largest number up to `most` that divides `total`. */
function largestDivisor(total: number, most: number): number {
  let divisor = Math.min(total, most);
  while (total % divisor !== 0) divisor--;
  return divisor;
}

interface Range {
  readonly from: number;
  readonly count: number;
}

/** Reads the encoded tokens of images at some positions, [n, P, C]. */
async function tokensAt({ store }: LabelledFeatures, images: readonly number[], range: Range): Promise<FloatArray> {
  const parts: FloatArray[] = [];
  for (const index of images) {
    const { features } = await store.read(index);
    parts.push(rowsOf(floats(features, "features"), features.shape[2]!, range));
  }
  const all = float32([images.length, ...parts[0]!.shape]);
  parts.forEach(({ data }, place) => all.data.set(data, place * data.length));
  return all;
}

/** Some rows of a table [N, C]. */
function rowsOf(table: Float32Array, channels: number, { from, count }: Range): FloatArray {
  return float32([count, channels], table.subarray(from * channels, (from + count) * channels));
}

/** The part of a class in a table [K, ...]. */
function tableOf({ shape: [classes, ...shape], data }: NdArray, label: number): FloatArray {
  const size = data.length / classes!;
  return float32(shape, data.subarray(label * size, (label + 1) * size));
}

function indicesOf(labels: readonly number[], label: number): number[] {
  return labels.flatMap((own, index) => (own === label ? [index] : []));
}
