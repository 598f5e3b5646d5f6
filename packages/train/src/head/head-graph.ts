import type { NdArray, Tree } from "@ltad/core";
import { statisticsTables, type StatisticsTree } from "@ltad/features";
import { f32, i32, type TensorsOf, toOnnx } from "@ltad/jit";
import type { SemanticParams } from "@ltad/semantic";
import { type Calibration, type HeadConfig, type HeadTensors, scoreHead, type TrainedTensors } from "./head.js";

/** A head before its calibration, under the names in `weights.safetensors`. */
export type TrainedHead = {
  readonly tables: StatisticsTree;
  readonly pi?: Tree<NdArray>;
  readonly phi?: SemanticParams<NdArray>;
  readonly prototypes?: { readonly normal: NdArray; readonly abnormal: NdArray };
};

/** Everything that a head needs. */
export type HeadArrays = TrainedHead & {
  readonly calibration: { readonly [K in keyof Calibration]: NdArray };
};

/** A trained head inside a traced function. */
export function trainedTensors({ tables, ...modules }: TensorsOf<TrainedHead>): TrainedTensors {
  return { ...(modules as Omit<TrainedTensors, "tables">), tables: statisticsTables(tables) };
}

/** A whole head inside a traced function. */
export function headTensors(constants: TensorsOf<HeadArrays>): HeadTensors {
  return { ...trainedTensors(constants), calibration: constants.calibration as Calibration };
}

/**
 * The scoring graph of a bundle, batch free.
 * Inputs: features [B, N, C], z [B, Dz], class int32 [B] (-1: predict). Outputs: see {@link scoreHead}.
 * Its tables and matrices are stored in half precision, which moves no AUROC by 0.01 points; it computes in single precision.
 */
export function headGraph(arrays: HeadArrays, config: HeadConfig): Uint8Array {
  const { tokens, channels, zSize } = config.spec;
  return toOnnx(
    ({ features, z, class: label }, constants) => scoreHead(headTensors(constants), { features, z, label }, config),
    { features: f32(null, tokens, channels), z: f32(null, zSize), class: i32(null) },
    { constants: arrays, weights: "float16" },
  );
}
