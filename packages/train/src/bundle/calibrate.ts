import { float32, floats, int32, type JobOptions, throwIfAborted } from "@ltad/core";
import { type HeadArrays, headConstants, headTensors } from "../head/head-graph.js";
import { type HeadConfig, rawScores } from "../head/head.js";
import type { FeatureSpec } from "@ltad/features";
import { jit } from "@ltad/jit";
import type * as tf from "@tensorflow/tfjs";
import type { TrainingSet } from "../run/training-set.js";

// Shapes: K classes, N tokens, E errors (one a group, or one in all).

/**
 * What is usual on the training normals of each class: mean error of each group, mean error at each position, mean and deviation of the logit.
 * @see method.md, "Score" and "Recommended settings" 7
 */
export async function calibrate(
  set: TrainingSet,
  arrays: Omit<HeadArrays, "calibration">,
  spec: FeatureSpec,
  config: HeadConfig,
  options: JobOptions,
): Promise<HeadArrays["calibration"]> {
  const sums = set.classes.map(() => new ClassSums(spec.tokens));
  const program = await rawProgram(arrays, spec, config);
  try {
    for (const [index, label] of set.labels.entries()) {
      throwIfAborted(options.signal);
      const { features, z } = await set.store.read(index);
      const out = await program.run({
        features: float32([1, spec.tokens, spec.channels], features),
        z: float32([1, spec.zSize], z),
        label: int32([1], [label]),
      });
      sums[label]!.add(floats(out["errors"], "errors"), floats(out["logits"], "logits"));
      options.onProgress?.({ phase: "calibrate", done: index + 1, total: set.labels.length, unit: "images" });
    }
  } finally {
    await program.dispose();
  }
  return tables(sums, spec.tokens);
}

function rawProgram(arrays: Omit<HeadArrays, "calibration">, spec: FeatureSpec, config: HeadConfig) {
  return jit(
    (inputs) => {
      const { features, z, label } = inputs as { features: tf.Tensor3D; z: tf.Tensor2D; label: tf.Tensor1D };
      return { ...rawScores(headTensors(inputs), features, z, label, spec, config) };
    },
    {
      features: { dtype: "float32", shape: [1, spec.tokens, spec.channels] },
      z: { dtype: "float32", shape: [1, spec.zSize] },
      label: { dtype: "int32", shape: [1] },
    },
    { constants: headConstants(arrays) },
  );
}

/** Sums over the images of one class, in double precision. */
class ClassSums {
  images = 0;
  readonly position: Float64Array; // first error at each position
  errors = new Float64Array(0);
  logit = 0;
  logitSquare = 0;

  constructor(private readonly tokens: number) {
    this.position = new Float64Array(tokens);
  }

  /** @param errors [N, E] @param logits [N] */
  add(errors: Float32Array, logits: Float32Array): void {
    const kinds = errors.length / this.tokens;
    if (this.images === 0) this.errors = new Float64Array(kinds);
    this.images++;
    errors.forEach((error, i) => (this.errors[i % kinds] = this.errors[i % kinds]! + error));
    for (let i = 0; i < this.tokens; i++) this.position[i] = this.position[i]! + errors[i * kinds]!;
    for (const logit of logits) {
      this.logit += logit;
      this.logitSquare += logit * logit;
    }
  }
}

const least = 1e-6; // a division by what is usual must stay finite

function tables(sums: readonly ClassSums[], tokens: number): HeadArrays["calibration"] {
  const classes = sums.length;
  const patches = sums.map((sum) => sum.images * tokens);
  const logitMean = sums.map((sum, k) => sum.logit / patches[k]!);
  const deviation = sums.map((sum, k) => Math.sqrt(Math.max(0, sum.logitSquare / patches[k]! - logitMean[k]! ** 2)));
  const error = sums.flatMap((sum, k) => [...sum.errors].map((total) => Math.max(least, total / patches[k]!)));
  return {
    error: float32([classes, error.length / classes], error),
    positionError: float32(
      [classes, tokens],
      sums.flatMap((sum) => [...sum.position].map((total) => total / sum.images)),
    ),
    logitMean: float32([classes], logitMean),
    logitDeviation: float32(
      [classes],
      deviation.map((value) => Math.max(least, value)),
    ),
  };
}
