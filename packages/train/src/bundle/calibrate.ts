import { evenly, floats, float32, int32, type JobOptions, throwIfAborted } from "@ltad/core";
import { type HeadArrays, type TrainedHead, trainedTensors } from "../head/head-graph.js";
import { type HeadConfig, rawScores } from "../head/head.js";
import { f32, i32, jit } from "@ltad/jit";
import type { TrainingSet } from "../run/training-set.js";

// Shapes: K classes, N tokens.

/** Images of a class that are scored; their patches are enough for a mean. */
const mostImages = 64;

/**
 * What is usual on the training normals of each class: the mean error, and mean and deviation of the logit.
 * @see method.md, "Score"
 */
export async function calibrate(
  set: TrainingSet,
  trained: TrainedHead,
  config: HeadConfig,
  { onProgress, signal }: JobOptions,
): Promise<HeadArrays["calibration"]> {
  const sums = set.classes.map(() => new ScoreSums());
  const program = await rawProgram(trained, config);
  try {
    const chosen = sums.flatMap((_, label) => evenly(indicesOf(set.labels, label), mostImages));
    for (const [done, index] of chosen.entries()) {
      throwIfAborted(signal);
      const label = set.labels[index]!;
      const { errors, logits } = await program.run({ ...(await set.store.read(index)), label: int32([1], [label]) });
      sums[label]!.add(floats(errors, "errors"), floats(logits, "logits"));
      onProgress?.({ phase: "calibrate", done: done + 1, total: chosen.length, unit: "images" });
    }
  } finally {
    await program.dispose();
  }
  return usualOf(sums);
}

function indicesOf(labels: readonly number[], label: number): number[] {
  return labels.flatMap((own, index) => (own === label ? [index] : []));
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
class ScoreSums {
  patches = 0;
  error = 0;
  logit = 0;
  logitSquare = 0;

  /** @param errors [N] @param logits [N] */
  add(errors: Float32Array, logits: Float32Array): void {
    this.patches += errors.length;
    for (const error of errors) this.error += error;
    for (const logit of logits) {
      this.logit += logit;
      this.logitSquare += logit * logit;
    }
  }
}

const least = 1e-6; // a division by what is usual must stay finite

function usualOf(sums: readonly ScoreSums[]): HeadArrays["calibration"] {
  const perClass = (of: (sum: ScoreSums) => number) => float32([sums.length], sums.map(of));
  const mean = (sum: ScoreSums) => sum.logit / sum.patches;
  return {
    error: perClass(({ error, patches }) => Math.max(least, error / patches)),
    logitMean: perClass(mean),
    logitDeviation: perClass((sum) => Math.max(least, Math.sqrt(Math.max(0, sum.logitSquare / sum.patches - mean(sum) ** 2)))),
  };
}
