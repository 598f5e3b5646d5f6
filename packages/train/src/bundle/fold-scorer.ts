import { type FloatArray, float32, floats, type NdArray, type NdArrays } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import { type ClassStatistics, statisticsTables, type StatisticsTree } from "@ltad/features";
import { f32, jit, type TensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import type { TrainedHead } from "../head/head-graph.js";
import { type HeadConfig, rawScores, type TrainedTensors } from "../head/head.js";

// Shapes: K classes, N tokens, C channels, Dz size of z, Dt text size.

/** The errors and logits of one image before calibration. */
export interface RawImage {
  readonly errors: Float32Array; // [N]
  readonly logits: Float32Array; // [N]
}

const byClass = new Set<string>(["positionMean", "whitening", "axes", "gain", "classZ"] satisfies (keyof ClassStatistics)[]);

/** Opens the modules of a trained head for use with other statistics, those of one class, which are passed with each image. */
export async function openFoldScorer({ tables, prototypes, ...modules }: TrainedHead, head: HeadConfig) {
  const { tokens, channels, zSize } = head.spec;
  const ofOne = { ...Object.fromEntries(Object.entries(tables).filter(([name]) => byClass.has(name))), ...prototypes };
  const shapes = Object.entries({ ...tables, ...prototypes }).map(
    ([name, { shape }]) => [name, f32(...(name in ofOne ? [1, ...shape.slice(1)] : shape))] as const,
  );
  const program = await jit(
    ({ features, z, ...given }: Readonly<Record<string, tf.Tensor>>, constants) => {
      const { normal, abnormal, ...own } = given;
      const trained = { ...constants, tables: statisticsTables(own as TensorsOf<StatisticsTree>) } as TrainedTensors;
      const texts = { normal, abnormal } as NonNullable<TrainedTensors["prototypes"]>;
      const all = normal ? { ...trained, prototypes: texts } : trained;
      const images = { features: features as tf.Tensor3D, z: z as tf.Tensor2D, label: tf.tensor1d([0], "int32") };
      return { ...rawScores(all, images, head) };
    },
    { ...Object.fromEntries(shapes), features: f32(1, tokens, channels), z: f32(1, zSize) },
    { constants: modules },
  );
  return {
    /** Scores an image. @param statistics of its class only @param label the index of the class among the prototypes */
    async score({ features, z }: ImageFeatures, statistics: ClassStatistics, label: number): Promise<RawImage> {
      const texts: NdArrays = Object.fromEntries(Object.entries(prototypes ?? {}).map(([name, table]) => [name, rowOf(table, label)]));
      const { errors, logits } = await program.run({ ...statistics, ...texts, features, z });
      return { errors: floats(errors, "errors"), logits: floats(logits, "logits") };
    },
    dispose: () => program.dispose(),
  };
}

/** Row `k` of a table [K, n]: [1, n]. */
function rowOf(table: NdArray, k: number): FloatArray {
  const n = table.shape[1]!;
  return float32([1, n], floats(table, "prototypes").subarray(k * n, (k + 1) * n));
}
