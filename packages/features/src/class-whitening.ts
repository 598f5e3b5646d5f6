import * as tf from "@tensorflow/tfjs";
import { float32, floats, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { jit } from "@ltad/jit";
import { addInto, residual, scale } from "./accumulate.js";
import type { ClassMoments, LabelledImage } from "./class-moments.js";
import type { FeatureStore } from "@ltad/feature-store";
import { type FeatureSpec, groupRuns, groupSize } from "./feature-spec.js";
import { inverseRoot } from "./symmetric-root.js";

// Shapes: K classes, N tokens, C channels, D_g channels of group g.

export interface WhiteningOptions extends JobOptions {
  readonly groups: readonly (readonly number[])[];
  /** Added to each eigenvalue of the covariance; in units of squared deviations. */
  readonly ridge: number;
}

/**
 * W_c,g = (Cov_c + ridge I)^(-1/2) of what is left after m_c,i, all positions together, unbiased; one pass over the cached features.
 * @returns one [K, D_g, D_g] for each group
 * @see method.md, "Recommended settings" 2
 */
export async function fitWhitening(
  store: FeatureStore,
  images: readonly LabelledImage[],
  moments: ClassMoments,
  spec: FeatureSpec,
  options: WhiteningOptions,
): Promise<NdArray[]> {
  const classes = moments.positionMean.shape[0]!;
  const sizes = options.groups.map((group) => groupSize(spec, group));
  const tables = sizes.map((size) => float32([classes, size, size]));
  const scatter = await scatterProgram(spec);
  let done = 0;
  const onImage = () => options.onProgress?.({ phase: "whitening", done: ++done, total: images.length, unit: "images" });
  try {
    for (let label = 0; label < classes; label++) {
      const own = images.filter((image) => image.label === label);
      const covariance = await covarianceOf(store, own, label, moments, spec, scatter.run, onImage, options.signal);
      options.groups.forEach((group, g) => {
        const [size, table] = [sizes[g]!, tables[g]!];
        const block = principalBlock(covariance, spec.channels, groupRuns(spec, group));
        table.data.set(inverseRoot(block, size, options.ridge), label * size * size);
      });
    }
    return tables;
  } finally {
    await scatter.dispose();
  }
}

/** Covariance [C, C] of one class's residuals. */
async function covarianceOf(
  store: FeatureStore,
  images: readonly LabelledImage[],
  label: number,
  moments: ClassMoments,
  { tokens, channels }: FeatureSpec,
  product: (x: Float32Array) => Promise<Float32Array>,
  onImage: () => void,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const inverse = Float64Array.from(floats(moments.channelDeviation, "channelDeviation"), (deviation) => 1 / deviation);
  const mean = floats(moments.positionMean, "positionMean");
  const total = new Float64Array(channels * channels);
  for (const { index } of images) {
    throwIfAborted(signal);
    const { features } = await store.read(index);
    addInto(total, 0, await product(residual(features, inverse, mean, label * tokens * channels)));
    onImage();
  }
  const freedom = moments.fewImages.includes(label) ? images.length * tokens - 1 : (images.length - 1) * tokens; // unbiased
  scale(total, 0, total.length, 1 / Math.max(1, freedom));
  return total;
}

/** X^T X of one image's residuals, on ONNX Runtime. */
async function scatterProgram({ tokens, channels }: FeatureSpec) {
  const program = await jit(({ x }) => ({ product: tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, true, false) }), {
    x: { dtype: "float32", shape: [tokens, channels] },
  });
  return {
    run: async (x: Float32Array) => floats((await program.run({ x: float32([tokens, channels], x) }))["product"], "product"),
    dispose: () => program.dispose(),
  };
}

/** Rows and columns of the chosen channels. */
function principalBlock(matrix: Float64Array, size: number, runs: readonly { begin: number; size: number }[]): Float64Array {
  const chosen = runs.flatMap((run) => Array.from({ length: run.size }, (_, i) => run.begin + i));
  return Float64Array.from(chosen.flatMap((row) => chosen.map((column) => matrix[row * size + column]!)));
}
