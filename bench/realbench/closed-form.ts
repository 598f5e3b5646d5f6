import { float32, floats } from "@ltad/core";
import { type ClassStatistics, type FeatureSpec, statisticsTables, whitened } from "@ltad/features";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import type { ClassScorer } from "./baseline.js";

// Shapes: N tokens, C channels.

/** Scores of one class as the preset `fast` gives them: the mean square of a whitened token. @param statistics of the class alone */
export async function closedForm(statistics: ClassStatistics, { tokens, channels }: FeatureSpec): Promise<ClassScorer> {
  const program = await jit(
    ({ features }, constants) => {
      const positions = tf.expandDims<tf.Tensor2D>(tf.range(0, tokens, 1, "int32"), 0);
      const x = whitened(statisticsTables(constants), { features, label: tf.tensor1d([0], "int32"), positions });
      return { map: tf.mean(tf.square(x), 2) };
    },
    { features: f32(1, tokens, channels) },
    { constants: { ...statistics } },
  );
  return {
    score: async (features) => floats((await program.run({ features: float32([1, tokens, channels], features) })).map, "map"),
    dispose: () => program.dispose(),
  };
}
