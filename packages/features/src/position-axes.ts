import * as tf from "@tensorflow/tfjs";
import { float32, floats, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
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
  { onDone, signal, ...settings }: AxesOptions & { readonly onDone: (done: number) => void },
): Promise<void> {
  const [, tokens, channels] = tables.positionMean.shape as [number, number, number];
  const images = evenly(indicesOf(set.labels, label));
  const scale = set.counts[label]! / images.length;
  const whitening = await openWhitening(tables, label);
  const gram = await jit(({ x }) => ({ product: tf.matMul(x, x, false, true) }), { x: f32(images.length, channels) });
  try {
    const together = Math.max(1, Math.min(tokens, Math.floor(mostNumbers / (images.length * channels))));
    for (let from = 0; from < tokens; from += together) {
      const whitened = await whitening.at(set, images, { from, count: Math.min(together, tokens - from) }); // places of [n, C]
      for (const [p, x] of whitened.entries()) {
        throwIfAborted(signal);
        const { product } = await gram.run({ x: float32([images.length, channels], x) });
        const pairs = topEigenpairs(floats(product, "product"), images.length, settings.positionRank);
        writeAxes(out.subarray((from + p) * settings.positionRank * channels), x, pairs, { scale, prior: settings.positionPrior });
        onDone(from + p + 1);
      }
    }
  } finally {
    await gram.dispose();
    await whitening.dispose();
  }
}

/** v_k = X^T u_k / sqrt(g_k) for the eigenpairs of the Gram matrix X X^T, times the root of 1 - sqrt(nu / (nu + s_k)), s_k = scale g_k. */
function writeAxes(
  out: Float32Array,
  x: Float32Array,
  { values, vectors }: Eigenpairs,
  { scale, prior }: { readonly scale: number; readonly prior: number },
): void {
  values.forEach((value, k) => {
    const channels = x.length / vectors[k]!.length;
    const strength = Math.sqrt((1 - Math.sqrt(prior / (prior + scale * value))) / value);
    vectors[k]!.forEach((u, image) => {
      for (let c = 0; c < channels; c++) out[k * channels + c] = out[k * channels + c]! + strength * u * x[image * channels + c]!;
    });
  });
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

function evenly(indices: readonly number[]): number[] {
  const count = Math.min(indices.length, mostImages);
  return Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)]!);
}
