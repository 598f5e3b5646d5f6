import { branchOf, flatten, isNdArray, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import { statisticsTables } from "@ltad/features";
import { type Tensors, toOnnx } from "@ltad/jit";
import type * as tf from "@tensorflow/tfjs";
import { type Calibration, type HeadConfig, type HeadTensors, scoreHead } from "./head.js";

/** Everything the head needs, under the names in `weights.safetensors`. */
export type HeadArrays = {
  readonly tables: Tree<NdArray>;
  readonly pi: Tree<NdArray>;
  readonly phi: Tree<NdArray>;
  readonly prototypes: { readonly normal: NdArray; readonly abnormal: NdArray };
  readonly calibration: { readonly [K in keyof Calibration]: NdArray };
};

/** A head before its calibration. */
export type TrainedHead = Omit<HeadArrays, "calibration">;

/** The arrays of a head as named constants of a graph. */
export function headConstants(arrays: TrainedHead): NdArrays {
  return flatten<NdArray>(arrays, isNdArray);
}

/** The same, as tensors inside a traced function. */
export function headTensors(inputs: Tensors): HeadTensors {
  const branch = (name: string) => branchOf(inputs, name);
  return {
    tables: statisticsTables(branch("tables")),
    pi: branch("pi"),
    phi: branch("phi"),
    prototypes: branch("prototypes") as HeadTensors["prototypes"],
    calibration: branch("calibration") as Calibration,
  };
}

/**
 * The scoring graph of a bundle, batch free.
 * Inputs: features [B, N, C], z [B, Dz], class int32 [B] (-1: predict). Outputs: see {@link scoreHead}.
 */
export function headGraph(arrays: HeadArrays, config: HeadConfig): Uint8Array {
  const { tokens, channels, zSize } = config.spec;
  return toOnnx(
    (inputs) => {
      const { features, z, class: label } = inputs as { features: tf.Tensor3D; z: tf.Tensor2D; class: tf.Tensor1D };
      return scoreHead(headTensors(inputs), { features, z, label }, config);
    },
    {
      features: { dtype: "float32", shape: [null, tokens, channels] },
      z: { dtype: "float32", shape: [null, zSize] },
      class: { dtype: "int32", shape: [null] },
    },
    { constants: headConstants(arrays) },
  );
}
