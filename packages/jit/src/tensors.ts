import { flatten, LtadError, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import { anArray, check, type Rule, tensor as aTensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { watchEagerly } from "./check/watch-eager.js";
import { registerGradients } from "./gradients/index.js";
import { stackDepth } from "./caller-line.js";
import { explainTfjs } from "./trace/explain-tfjs.js";
import { mapArrays } from "./map-arrays.js";
import { namedTensors } from "./named-tensors.js";
import { arrayTree, plainArray } from "./rules.js";
import type { AnyFunction, Tensors, TensorsOf } from "./traced-function.js";

const arrayRule: Rule = (value, path) => {
  plainArray(value, path);
  anArray()(value, path);
};

/** Copies an array to a tensor on the current TF.js backend. */
export function toTensor(array: NdArray): tf.Tensor {
  check("toTensor", { array }, { array: arrayRule });
  const { dtype, shape, data } = array;
  registerGradients();
  return tf.tensor(data.slice(), [...shape], dtype);
}

const types = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * Copies a tensor to an array.
 * @throws LtadError `LTAD_TRACE` while tracing, `LTAD_SHAPE` for strings and complex numbers
 */
export function toNdArray(tensor: tf.Tensor): NdArray {
  check("toNdArray", { tensor }, { tensor: aTensor() });
  if (tensor.dtype !== "float32" && tensor.dtype !== "int32" && tensor.dtype !== "bool")
    throw new LtadError("LTAD_SHAPE", `tensor: expected float32, int32 or bool, received ${tensor.dtype}.`);
  return { dtype: tensor.dtype, shape: [...tensor.shape], data: new types[tensor.dtype](tensor.dataSync()) };
}

/** Copies a tree of arrays to tensors on the current TF.js backend, for eager use and tests. */
export function tensorsOf<P extends Tree<NdArray>>(tree: P): TensorsOf<P> {
  check("tensorsOf", { tree }, { tree: arrayTree });
  return mapArrays(tree, toTensor) as TensorsOf<P>;
}

/** The tensors of a tree by their paths. */
export function flatTensors(tree: Tree<tf.Tensor>): Tensors {
  return flatten(tree, (node): node is tf.Tensor => node instanceof tf.Tensor);
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

/** Runs fn eagerly in a tidy and reads every result. @param watched see {@link watchEagerly} */
export function runEagerly(fn: AnyFunction, inputs: NdArrays, constants: Tree<tf.Tensor>, watched = false): Record<string, NdArray> {
  const results: Record<string, NdArray> = {};
  tidyEagerly(() => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, toTensor(array)]));
    const run = () => namedTensors(fn(tensors, constants), "function");
    const made = watched ? watchEagerly({ ...flatTensors(constants), ...tensors }, run, (all) => all) : run();
    for (const [name, tensor] of Object.entries(made)) results[name] = toNdArray(tensor);
  });
  return results;
}
