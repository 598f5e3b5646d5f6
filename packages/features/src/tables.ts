import { listOf, type NdArray, type Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import type { ClassMoments } from "./class-moments.js";
import type { ClassStatistics } from "./class-statistics.js";
import type { ZTables } from "./class-distances.js";
import type { WhiteningTables } from "./whitened.js";

/** All statistics of a model as tensors. */
export interface StatisticsTables extends WhiteningTables, ZTables {
  readonly classZ: tf.Tensor2D; // [K, Dz]
}

/** Statistics under the names they have in graphs and in `weights.safetensors`. */
export function statisticsTree(statistics: ClassMoments & Partial<ClassStatistics>): Tree<NdArray> {
  const { channelMean, channelDeviation, positionMean, whitening = [], zMean, zDeviation, classZ } = statistics;
  const arrays = { channelMean, channelDeviation, positionMean, zMean, zDeviation, classZ };
  return { ...arrays, whitening: Object.fromEntries(whitening.map((table, g) => [g, table])) };
}

/** The same, inside a traced function. */
export function statisticsTables(branch: Tree<tf.Tensor>): StatisticsTables {
  const { whitening = {}, ...tensors } = branch as Record<string, unknown> & { whitening?: Record<string, tf.Tensor3D> };
  return { ...(tensors as Omit<StatisticsTables, "whitening">), whitening: listOf(whitening) };
}
