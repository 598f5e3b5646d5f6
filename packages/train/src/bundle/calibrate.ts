import { floats, float32, int32, type JobOptions, throwIfAborted } from "@ltad/core";
import { type HeadArrays, type TrainedHead, trainedTensors } from "../head/head-graph.js";
import { type HeadConfig, rawScores } from "../head/head.js";
import { f32, i32, jit } from "@ltad/jit";
import type { TrainingSet } from "../run/training-set.js";

// Shapes: K classes, N tokens, E errors (one a group, or one in all).

/**
 * What is usual on the training normals of each class: mean error of each group, mean error at each position, mean and deviation of the logit.
 * @see method.md, "Score" and "Recommended settings" 7
 */
export async function calibrate(
  set: TrainingSet,
  trained: TrainedHead,
  config: HeadConfig,
  { onProgress, signal }: JobOptions,
): Promise<HeadArrays["calibration"]> {
  const { tokens } = config.spec;
  const sums = set.classes.map(() => new ClassSums(tokens));
  const program = await rawProgram(trained, config);
  try {
    for (const [index, label] of set.labels.entries()) {
      throwIfAborted(signal);
      const { errors, logits } = await program.run({ ...(await set.store.read(index)), label: int32([1], [label]) });
      sums[label]!.add(floats(errors, "errors"), floats(logits, "logits"));
      onProgress?.({ phase: "calibrate", done: index + 1, total: set.labels.length, unit: "images" });
    }
  } finally {
    await program.dispose();
  }
  return usualOf(sums, tokens);
}

function rawProgram(trained: TrainedHead, config: HeadConfig) {
  const { tokens, channels, zSize } = config.spec;
  return jit(
    ({ features, z, label }, constants) => ({ ...rawScores(trainedTensors(constants), { features, z, label }, config) }),
    { features: f32(1, tokens, channels), z: f32(1, zSize), label: i32(1) },
    { constants: trained },
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

function usualOf(sums: readonly ClassSums[], tokens: number): HeadArrays["calibration"] {
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
