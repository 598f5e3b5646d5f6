import { LtadError, type NdArray, type Tree, unflatten, flatten } from "@ltad/core";
import { check, having, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { toNdArray } from "../tensors.js";

/** A model of TensorFlow.js as a pure function of its weights. */
export interface ModelFunction {
  /** The weights that are trained; a "/" in their names becomes a "." */
  readonly params: Tree<NdArray>;
  /** The weights that are not trained, such as the running statistics of batch norm. */
  readonly buffers: Tree<NdArray>;
  /** Runs the model in inference mode with these weights. */
  readonly forward: (params: Tree<tf.Tensor>, buffers: Tree<tf.Tensor>, x: tf.Tensor) => tf.Tensor;
}

type Weight = { readonly originalName: string; readonly trainable: boolean; read(): tf.Tensor };

/**
 * Turns a built `tf.layers` model with one input and one output into a function that `trainStep` can train and `toOnnx` can export. The model itself does
 * not change.
 * @throws LtadError `LTAD_CONFIG` for a model that is not built or has several inputs
 */
export function fromLayersModel(model: tf.LayersModel): ModelFunction {
  check("fromLayersModel", { model }, { model: having("a tf.LayersModel", "weights", "apply", "inputs") });
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw new LtadError("LTAD_CONFIG", "fromLayersModel: expected a model with one input and one output. Write a function of its parts.");
  const weights = model.weights as unknown as Weight[];
  const named = weights.map((weight) => [weight.originalName.replaceAll("/", "."), weight] as const);
  const pick = (trainable: boolean) =>
    unflatten(Object.fromEntries(named.filter(([, w]) => w.trainable === trainable).map(([name, w]) => [name, toNdArray(w.read())])));
  return {
    params: pick(true),
    buffers: pick(false),
    forward(params, buffers, x) {
      check("forward", { x }, { x: tensor() });
      const given = { ...flatten(params, isTensor), ...flatten(buffers, isTensor) };
      return withWeights(named, given, () => model.apply(x, { training: false }) as tf.Tensor);
    },
  };
}

const isTensor = (node: tf.Tensor | Tree<tf.Tensor>): node is tf.Tensor => node instanceof tf.Tensor;

/** Runs the model while its weights read as the given tensors. */
function withWeights<T>(named: readonly (readonly [string, Weight])[], given: Readonly<Record<string, tf.Tensor>>, run: () => T): T {
  try {
    for (const [name, weight] of named) {
      const value = given[name];
      if (!value)
        throw new LtadError("LTAD_SHAPE", `forward: ${name}: expected a tensor, received nothing. Pass params and buffers unchanged.`);
      weight.read = () => value;
    }
    return run();
  } finally {
    for (const [, weight] of named) Reflect.deleteProperty(weight, "read");
  }
}

/**
 * Turns a `tf.GraphModel` without control flow into a function of its weights. The float32 weights become `params`.
 * @throws LtadError `LTAD_CONFIG` when it has several inputs or outputs
 */
export function fromGraphModel(model: tf.GraphModel): ModelFunction {
  check("fromGraphModel", { model }, { model: having("a tf.GraphModel", "weights", "execute", "inputs") });
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw new LtadError("LTAD_CONFIG", "fromGraphModel: expected a model with one input and one output.");
  const executor = (model as unknown as { readonly executor: { weightMap: tf.NamedTensorMap | Record<string, tf.Tensor[]> } }).executor;
  const original = model.weights as unknown as Readonly<Record<string, readonly tf.Tensor[]>>;
  const keyOf = (name: string) => name.replaceAll("/", ".");
  const pick = (trainable: boolean) => {
    const own = Object.entries(original).filter(([, [value]]) => (value!.dtype === "float32") === trainable);
    return unflatten(Object.fromEntries(own.map(([name, [value]]) => [keyOf(name), toNdArray(value!)])));
  };
  return {
    params: pick(true),
    buffers: pick(false),
    forward(params, buffers, x) {
      check("forward", { x }, { x: tensor() });
      const given = { ...flatten(params, isTensor), ...flatten(buffers, isTensor) };
      const before = executor.weightMap;
      try {
        executor.weightMap = Object.fromEntries(Object.keys(original).map((name) => [name, [given[keyOf(name)]!]]));
        return model.execute(x) as tf.Tensor;
      } finally {
        executor.weightMap = before;
      }
    },
  };
}
