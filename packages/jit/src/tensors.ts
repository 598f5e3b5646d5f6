import { isNdArray, LtadError, type MapTree, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { watchEagerly } from "./check/watch-eager.js";
import { registerGradients } from "./gradients/index.js";
import { stackDepth } from "./trace/caller-line.js";
import { explainTfjs } from "./trace/explain-tfjs.js";
import type { Tensors, TracedFunction } from "./traced-function.js";

/** An array as a tensor on the current TF.js backend; its numbers are copied. */
export function toTensor({ dtype, shape, data }: NdArray): tf.Tensor {
  registerGradients();
  return tf.tensor(data.slice(), [...shape], dtype);
}

/**
 * The numbers of a tensor, copied.
 * @throws LtadError `LTAD_TRACE` while tracing, `LTAD_SHAPE` for strings and complex numbers
 */
export function toNdArray(tensor: tf.Tensor): NdArray {
  if (tensor.dtype !== "float32" && tensor.dtype !== "int32" && tensor.dtype !== "bool")
    throw new LtadError("LTAD_SHAPE", `tensor: expected float32, int32 or bool, received ${tensor.dtype}.`);
  return { dtype: tensor.dtype, shape: [...tensor.shape], data: tensor.dataSync<"float32">().slice() };
}

/** The same tree with tensors on the current TF.js backend: for eager use and tests. */
export function tensorsOf<P extends Tree<NdArray>>(tree: P): MapTree<P, NdArray, tf.Tensor> {
  const convert = (node: Tree<NdArray>): Tree<tf.Tensor> =>
    Object.fromEntries(Object.entries(node).map(([key, value]) => [key, isNdArray(value) ? toTensor(value) : convert(value)]));
  return convert(tree) as MapTree<P, NdArray, tf.Tensor>;
}

/** Runs eager code of the caller in a tidy. @throws LtadError when the backend lacks a kernel, `LTAD_CONFIG`, or a gradient, `LTAD_TRACE` */
export function tidyEagerly<T extends tf.TensorContainer>(run: () => T): T {
  const depth = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = stackDepth;
    return tf.tidy(run);
  } catch (error) {
    throw explainTfjs(error);
  } finally {
    Error.stackTraceLimit = depth;
  }
}

/** Runs fn eagerly in a tidy and reads every result. @param check see {@link watchEagerly} */
export function runEagerly(fn: TracedFunction, inputs: NdArrays, constants: Tensors = {}, check = false): Record<string, NdArray> {
  const results: Record<string, NdArray> = {};
  tidyEagerly(() => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, toTensor(array)]));
    const run = () => fn({ ...tensors, ...constants });
    const made = check ? watchEagerly({ ...tensors, ...constants }, run, (all) => all) : run();
    for (const [name, tensor] of Object.entries(made)) results[name] = toNdArray(tensor);
  });
  return results;
}
