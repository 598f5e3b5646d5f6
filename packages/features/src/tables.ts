import type { NdArray } from "@ltad/core";
import { anything, check, recordOf } from "@ltad/core/check";
import type { TensorsOf } from "@ltad/jit";
import type * as tf from "@tensorflow/tfjs";
import type { ZTables } from "./class-distances.js";
import type { ClassStatistics } from "./class-statistics.js";
import type { WhiteningTables } from "./whitened.js";

/** All statistics of a model as tensors. */
export interface StatisticsTables extends WhiteningTables, ZTables {
  readonly classZ: tf.Tensor2D; // [K, Dz]
}

/** Statistics under their names in graphs and in `weights.safetensors`. */
export type StatisticsTree = { readonly [Name in keyof ClassStatistics]: NdArray };

/** Gives the statistics inside a traced function the types of their ranks. */
export function statisticsTables(tensors: TensorsOf<StatisticsTree>): StatisticsTables {
  check("statisticsTables", { tensors }, { tensors: recordOf(anything) });
  const tables = { ...tensors };
  return tables as StatisticsTables;
}
