import { type NdArray, type Tree } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { isNdArray } from "../named-params.js";

/** A tree of arrays as tensors on the current backend. */
export function tensors(tree: Tree<NdArray>): Tree<tf.Tensor> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      isNdArray(value) ? tf.tensor(value.data, [...value.shape], value.dtype) : tensors(value),
    ]),
  );
}
