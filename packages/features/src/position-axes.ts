import { evenly, type FloatArray, floats, float32, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import type { LabelledFeatures } from "./labelled-features.js";
import { openPrincipalAxes } from "./principal-axes.js";

// Shapes: K classes, n images of a class, N tokens, P of them at a time, C channels, r axes.

/** What each position has of its own: x' = gain (x - U^T U x), x whitened by its class. */
export interface PositionAxes {
  /** [K, N, r, C] U: the largest axes v_k, each times the root of 1 - sqrt(nu / (nu + s_k)); zeros where a position has fewer. */
  readonly axes: NdArray;
  /** [K] sqrt((nu + n) / nu) */
  readonly gain: NdArray;
}

/** What whitens the classes. */
interface Whitening {
  readonly channelDeviation: NdArray;
  readonly positionMean: NdArray; // [K, N, C]
  readonly whitening: NdArray; // [K, C, C]
}

interface AxesOptions extends JobOptions {
  readonly positionRank: number;
  readonly positionPrior: number;
}

/** Images that decide the axes of a class; of more, this many are taken evenly and stand for all. */
const mostImages = 512;
/** Numbers of tokens, or of products of images, that are held at a time. */
const mostNumbers = 2 ** 25;

/**
 * The symmetric root of P_i = (nu I + X_i^T X_i) / (nu + n), cut at rank r, at every position of every class: X_i [n, C] are the whitened
 * tokens at position i. The class's covariance, which is I after whitening, counts as nu images.
 * @see method.md, "Recommended settings" 3
 */
export async function fitPositionAxes(set: LabelledFeatures, tables: Whitening, options: AxesOptions): Promise<PositionAxes> {
  const { positionRank: rank, positionPrior: prior, onProgress } = options;
  const [classes, tokens, channels] = tables.positionMean.shape as [number, number, number];
  const axes = float32([classes, tokens, rank, channels]);
  for (const label of set.counts.keys()) {
    const onDone = (done: number) =>
      onProgress?.({ phase: "positions", done: label * tokens + done, total: classes * tokens, unit: "positions" });
    const size = tokens * rank * channels;
    await writeClass(axes.data.subarray(label * size, (label + 1) * size), label, set, tables, { ...options, onDone });
  }
  const gain = set.counts.map((count) => Math.sqrt((prior + count) / prior));
  return { axes, gain: float32([classes], gain) };
}

/** Writes the axes of one class, [N, r, C]. */
async function writeClass(
  out: Float32Array,
  label: number,
  set: LabelledFeatures,
  tables: Whitening,
  { onDone, signal, positionRank: rank, positionPrior: prior }: AxesOptions & { readonly onDone: (done: number) => void },
): Promise<void> {
  const [, tokens, channels] = tables.positionMean.shape as [number, number, number];
  const images = evenly(indicesOf(set.labels, label), mostImages);
  const scale = set.counts[label]! / images.length; // each image stands for so many
  const strength = (value: number) => Math.sqrt(1 - Math.sqrt(prior / (prior + scale * value)));
  const means = tableOf(tables.positionMean, label);
  const whitening = tableOf(tables.whitening, label);
  const together = Math.max(1, Math.floor(mostNumbers / (images.length * Math.max(channels, images.length))));
  for (const positions of equalParts(tokens, together)) {
    const options = { images: images.length, positions: positions.count, rank, strength, whitening, deviation: tables.channelDeviation };
    const principal = await openPrincipalAxes(options);
    try {
      for (const from of positions.starts) {
        throwIfAborted(signal);
        const here = { from, count: positions.count };
        const axes = await principal.of(await tokensAt(set, images, here), rowsOf(floats(means, "means"), channels, here));
        out.set(floats(axes, "axes"), from * rank * channels);
        onDone(from + positions.count);
      }
    } finally {
      await principal.dispose();
    }
  }
}

/** Parts of at most `most` items: as many alike as there are, then what is left. */
function equalParts(total: number, most: number): { readonly count: number; readonly starts: readonly number[] }[] {
  const count = Math.min(total, most);
  const whole = Math.floor(total / count);
  const left = total - whole * count;
  const starts = Array.from({ length: whole }, (_, i) => i * count);
  return left === 0
    ? [{ count, starts }]
    : [
        { count, starts },
        { count: left, starts: [whole * count] },
      ];
}

interface Range {
  readonly from: number;
  readonly count: number;
}

/** The tokens of images at some positions, as encoded: [n, P, C]. */
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
