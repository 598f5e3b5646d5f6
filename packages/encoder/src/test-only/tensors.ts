import { flatten, isNdArray, type NdArray, type Tree, unflatten } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

/** A tree of arrays as tensors on the current backend. */
export function tensors(tree: Tree<NdArray>): Tree<tf.Tensor> {
  const flat = Object.entries(flatten(tree, isNdArray));
  return unflatten(Object.fromEntries(flat.map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)])));
}
