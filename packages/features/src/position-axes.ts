import * as tf from "@tensorflow/tfjs";
import { evenly, type FloatArray, float32, floats, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import type { LabelledFeatures } from "./labelled-features.js";
import { type Eigenpairs, topEigenpairs } from "./top-eigenpairs.js";

// Shapes: K classes, n images of a class, N tokens, P of them at a time, C channels, r axes.

/** What each position has of its own: x' = gain (x - U^T U x), x whitened by its class. */
export interface PositionAxes {
  /** [K, N, r, C] U: the largest axes v_k, each times the root of 1 - sqrt(nu / (nu + s_k)); zeros where a position has fewer. */
  readonly axes: NdArray;
  /** [K] sqrt((nu + n) / nu) */
  readonly gain: NdArray;
}

/** What whitens a class. */
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
/** Numbers of whitened tokens that are held at a time. */
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
    await writeClass(floats(axes, "axes").subarray(label * tokens * rank * channels), label, set, tables, { ...options, onDone });
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
  const whitening = await openWhitening(tables, label);
  const products = await openProducts(images.length, channels, rank);
  try {
    const together = Math.max(1, Math.min(tokens, Math.floor(mostNumbers / (images.length * channels))));
    for (let from = 0; from < tokens; from += together) {
      const whitened = await whitening.at(set, images, { from, count: Math.min(together, tokens - from) }); // places of [n, C]
      for (const [p, data] of whitened.entries()) {
        throwIfAborted(signal);
        const x = float32([images.length, channels], data);
        const pairs = topEigenpairs(await products.gram(x), images.length, rank);
        out.set(await products.axes(x, combinations(pairs, { images: images.length, rank, scale, prior })), (from + p) * rank * channels);
        onDone(from + p + 1);
      }
    }
  } finally {
    await products.dispose();
    await whitening.dispose();
  }
}

/** X X^T [n, n], and U X [r, C] for combinations U [r, n] of images. */
async function openProducts(images: number, channels: number, rank: number) {
  const x = f32(images, channels);
  const gram = await jit(({ x: rows }) => ({ y: tf.matMul(rows, rows, false, true) }), { x });
  const axes = await jit(({ x: rows, u }) => ({ y: tf.matMul(u, rows) }), { x, u: f32(rank, images) });
  return {
    gram: async (rows: FloatArray) => floats((await gram.run({ x: rows })).y, "gram"),
    axes: async (rows: FloatArray, u: FloatArray) => floats((await axes.run({ x: rows, u })).y, "axes"),
    dispose: async () => void (await Promise.all([gram.dispose(), axes.dispose()])),
  };
}

/**
 * v_k = X^T u_k / sqrt(g_k) for the eigenpairs of the Gram matrix X X^T, times the root of 1 - sqrt(nu / (nu + s_k)), s_k = scale g_k,
 * as combinations of images: [r, n], with rows of zeros where there are fewer pairs.
 */
function combinations(
  { values, vectors }: Eigenpairs,
  { images, rank, scale, prior }: { readonly images: number; readonly rank: number; readonly scale: number; readonly prior: number },
): FloatArray {
  const rows = float32([rank, images]);
  values.forEach((value, k) => {
    const strength = Math.sqrt((1 - Math.sqrt(prior / (prior + scale * value))) / value);
    vectors[k]!.forEach((u, image) => (rows.data[k * images + image] = strength * u));
  });
  return rows;
}

/** W_c (f / deviation - m_c,i) of a class. */
async function openWhitening({ channelDeviation, positionMean, whitening }: Whitening, label: number) {
  const [, tokens, channels] = positionMean.shape as [number, number, number];
  const [deviation, mean] = [floats(channelDeviation, "channelDeviation"), floats(positionMean, "positionMean")];
  const table = floats(whitening, "whitening").subarray(label * channels ** 2, (label + 1) * channels ** 2);
  const program = await jit(
    ({ x }, { w }) => ({ y: tf.matMul(x, w as tf.Tensor2D) }),
    { x: f32(null, channels) },
    {
      constants: { w: float32([channels, channels], table) },
    },
  );
  return {
    /** The whitened tokens of some images [n, C], place by place. */
    async at({ store }: LabelledFeatures, images: readonly number[], { from, count }: { readonly from: number; readonly count: number }) {
      const places = Array.from({ length: count }, () => new Float32Array(images.length * channels));
      for (const [row, index] of images.entries()) {
        const { data } = (await store.read(index)).features;
        const x = float32([count, channels]);
        for (let i = 0; i < x.data.length; i++) {
          const at = from * channels + i;
          x.data[i] = data[at]! / deviation[i % channels]! - mean[label * tokens * channels + at]!;
        }
        const y = floats((await program.run({ x })).y, "y");
        places.forEach((place, p) => place.set(y.subarray(p * channels, (p + 1) * channels), row * channels));
      }
      return places;
    },
    dispose: () => program.dispose(),
  };
}

function indicesOf(labels: readonly number[], label: number): number[] {
  return labels.flatMap((own, index) => (own === label ? [index] : []));
}
