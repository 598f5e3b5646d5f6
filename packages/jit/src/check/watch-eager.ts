import * as tf from "@tensorflow/tfjs";
import { callerLine } from "../caller-line.js";
import type { Tensors } from "../traced-function.js";
import { checkFinite, type Flags, type Operation } from "./culprit.js";

/**
 * Runs fn and checks the inputs and outputs of every TF.js kernel.
 * @throws LtadError `LTAD_NOT_FINITE` when a result is not finite and an operation or an input is to blame
 */
export function watchEagerly<R>(inputs: Tensors, fn: () => R, resultsOf: (result: R) => Tensors): R {
  const operations: Operation<number>[] = [];
  const flags = new Map<number, Flags>();
  const look = (tensor: tf.Tensor): number => {
    if (!flags.has(tensor.id)) flags.set(tensor.id, flagsOf(tensor));
    return tensor.id;
  };
  const engine = tf.engine();
  const original = engine.runKernel.bind(engine);
  const before = Object.getOwnPropertyDescriptor(engine, "runKernel");
  engine.runKernel = ((kernel: string, given: tf.NamedTensorMap, attributes?: tf.NamedAttrMap) => {
    const outcome = original<tf.Tensor | tf.Tensor[]>(kernel, given, attributes);
    const used = Object.values(given).filter((t) => t instanceof tf.Tensor);
    operations.push({ kernel, line: callerLine(), inputs: used.map(look), outputs: [outcome].flat().map(look) });
    return outcome;
  }) as typeof engine.runKernel;
  try {
    const result = fn();
    const ids = (tensors: Tensors) => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, look(tensor)]));
    checkFinite({ operations, inputs: ids(inputs), results: ids(resultsOf(result)), flagsOf: (id) => flags.get(id)! });
    return result;
  } finally {
    if (before) Object.defineProperty(engine, "runKernel", before);
    else delete (engine as { runKernel?: unknown }).runKernel;
  }
}

function flagsOf(tensor: tf.Tensor): Flags {
  if (tensor.dtype !== "float32") return { nan: false, infinite: false };
  let [nan, infinite] = [false, false];
  for (const x of tensor.dataSync()) {
    if (Number.isNaN(x)) nan = true;
    else if (!Number.isFinite(x)) infinite = true;
  }
  return { nan, infinite };
}
