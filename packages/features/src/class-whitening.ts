import * as tf from "@tensorflow/tfjs";
import { float32, floats, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import { addInto, residual, scale } from "./accumulate.js";
import type { ClassMoments } from "./class-moments.js";
import { type FeatureSpec, groupRuns, groupSize } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { inverseRoot } from "./symmetric-root.js";

// Shapes: K classes, N tokens, C channels, D_g channels of group g.

export interface WhiteningOptions extends JobOptions {
  readonly groups: readonly (readonly number[])[];
  /** Added to each eigenvalue of the covariance; in units of squared deviations. */
  readonly ridge: number;
}

/**
 * W_c,g = (Cov_c + ridge I)^(-1/2) of what is left after m_c,i, all positions together, unbiased; in one pass over the features.
 * @returns one [K, D_g, D_g] for each group
 * @see method.md, "Recommended settings" 2
 */
export async function fitWhitening(
  set: LabelledFeatures,
  moments: ClassMoments,
  spec: FeatureSpec,
  options: WhiteningOptions,
): Promise<NdArray[]> {
  const { groups, ridge } = options;
  const sizes = groups.map((group) => groupSize(spec, group));
  const tables = sizes.map((size) => float32([set.counts.length, size, size]));
  const residuals = residualsOf(set, moments, options);
  const scatter = await openScatter(spec);
  try {
    for (const [label, count] of set.counts.entries()) {
      const freedom = moments.fewImages.includes(label) ? count * spec.tokens - 1 : (count - 1) * spec.tokens; // unbiased
      const covariance = await covarianceOf(residuals(label), scatter, freedom);
      groups.forEach((group, g) => {
        const size = sizes[g]!;
        const block = principalBlock(covariance, spec.channels, groupRuns(spec, group));
        tables[g]!.data.set(inverseRoot(block, size, ridge), label * size * size);
      });
    }
    return tables;
  } finally {
    await scatter.dispose();
  }
}

/** What is left of the images of a class after m_c,i, [N, C] of each, in units of the channels' deviation. */
function residualsOf({ store, labels }: LabelledFeatures, moments: ClassMoments, { onProgress, signal }: JobOptions) {
  const inverse = Float64Array.from(floats(moments.channelDeviation, "channelDeviation"), (deviation) => 1 / deviation);
  const mean = floats(moments.positionMean, "positionMean");
  let done = 0;
  return async function* (label: number): AsyncGenerator<Float32Array, void> {
    for (const [index, other] of labels.entries()) {
      if (other !== label) continue;
      throwIfAborted(signal);
      const { features } = await store.read(index);
      yield residual(features.data, inverse, mean, label * features.data.length);
      onProgress?.({ phase: "whitening", done: ++done, total: labels.length, unit: "images" });
    }
  };
}

/** Covariance [C, C] of the residuals of one class. */
async function covarianceOf(residuals: AsyncIterable<Float32Array>, scatter: Scatter, freedom: number): Promise<Float64Array> {
  const total = new Float64Array(scatter.channels ** 2);
  for await (const rows of residuals) addInto(total, 0, await scatter.of(rows));
  scale(total, 0, total.length, 1 / Math.max(1, freedom));
  return total;
}

type Scatter = Awaited<ReturnType<typeof openScatter>>;

/** X^T X of one image's residuals, on ONNX Runtime. */
async function openScatter({ tokens, channels }: FeatureSpec) {
  const program = await jit(({ x }) => ({ product: tf.matMul(x, x, true, false) }), { x: f32(tokens, channels) });
  return {
    channels,
    of: async (x: Float32Array) => floats((await program.run({ x: float32([tokens, channels], x) })).product, "product"),
    dispose: () => program.dispose(),
  };
}

/** Rows and columns of the chosen channels. */
function principalBlock(matrix: Float64Array, size: number, runs: readonly { begin: number; size: number }[]): Float64Array {
  const chosen = runs.flatMap((run) => Array.from({ length: run.size }, (_, i) => run.begin + i));
  return Float64Array.from(chosen.flatMap((row) => chosen.map((column) => matrix[row * size + column]!)));
}
