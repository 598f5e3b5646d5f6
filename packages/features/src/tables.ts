import { listOf, type NdArray } from "@ltad/core";
import type { TensorsOf } from "@ltad/jit";
import type * as tf from "@tensorflow/tfjs";
import type { ZTables } from "./class-distances.js";
import type { ClassMoments } from "./class-moments.js";
import type { ClassStatistics } from "./class-statistics.js";
import type { WhiteningTables } from "./whitened.js";

/** All statistics of a model as tensors. */
export interface StatisticsTables extends WhiteningTables, ZTables {
  readonly classZ: tf.Tensor2D; // [K, Dz]
}

/** Statistics under the names that they have in graphs and in `weights.safetensors`. */
export type StatisticsTree = {
  readonly [Name in Exclude<keyof ClassMoments, "fewImages">]: NdArray;
} & {
  /** By the number of the group. */
  readonly whitening: Readonly<Record<string, NdArray>>;
};

/** Statistics as constants of a graph; moments alone have no whitening. */
export function statisticsTree(statistics: ClassMoments & Partial<ClassStatistics>): StatisticsTree {
  const { channelMean, channelDeviation, positionMean, whitening = [], zMean, zDeviation, classZ } = statistics;
  const arrays = { channelMean, channelDeviation, positionMean, zMean, zDeviation, classZ };
  return { ...arrays, whitening: Object.fromEntries(whitening.map((table, g) => [g, table])) };
}

/** The same inside a traced function, with the ranks of the tensors. */
export function statisticsTables({ whitening, ...tensors }: TensorsOf<StatisticsTree>): StatisticsTables {
  const tables = { ...tensors, whitening: listOf(whitening) };
  return tables as StatisticsTables;
}
