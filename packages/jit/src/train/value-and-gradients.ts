import { LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../traced-function.js";

/** The result of a loss function, and further tensors that must outlive its gradient. */
export interface Evaluated {
  readonly results: Tensors;
  readonly kept: readonly tf.Tensor[];
}

/**
 * Computes the result of a loss function, and the gradient of its `loss` for every parameter.
 * @throws LtadError `LTAD_TRACE` naming the parameters that the loss does not depend on, or an entry that is not a scalar
 */
export function valueAndGradients(
  loss: (params: Tensors) => Evaluated,
  params: Tensors,
): { results: Tensors; gradients: Record<string, tf.Tensor> } {
  const names = Object.keys(params);
  const held: tf.Tensor[] = [];
  let results: Tensors = {};
  const run = () => {
    const evaluated = loss(params);
    results = evaluated.results;
    checkScalars(results);
    // TF.js frees what its tidy does not return.
    for (const tensor of [...Object.values(results), ...evaluated.kept]) {
      if (!tensor.kept) held.push(tf.keep(tensor));
    }
    return results["loss"] as tf.Scalar;
  };
  const list = names.map((name) => params[name]!);
  try {
    const { grads } = tf.engine().gradients(run, list, undefined, true);
    checkAll(names, grads);
    return { results, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
  } finally {
    for (const tensor of held) release(tensor);
  }
}

/** Passes a kept tensor to the enclosing tidy, which disposes it unless it is a result. */
function release(tensor: tf.Tensor): void {
  Object.assign(tensor, { kept: false });
  tf.engine()["track"](tensor);
}

function checkAll(names: readonly string[], grads: readonly (tf.Tensor | null | undefined)[]): void {
  const without = names.filter((_, i) => !grads[i]);
  if (without.length === 0) return;
  const what = `params.${without.join(", params.")}: the loss does not depend on it. Use it, or move it to constants.`;
  throw new LtadError("LTAD_TRACE", what, { details: { params: without } });
}

function checkScalars(results: Tensors) {
  if (!results["loss"]) throw new LtadError("LTAD_TRACE", "loss: expected an entry named loss, a scalar.");
  if (results["gradient_norm"])
    throw new LtadError("LTAD_TRACE", "loss: gradient_norm is the name of the gradient's length. Rename yours.");
  const wrong = Object.entries(results).find(([, t]) => t.shape.length > 0);
  if (wrong)
    throw new LtadError(
      "LTAD_TRACE",
      `loss: ${wrong[0]} has the shape [${wrong[1].shape.join(", ")}], expected a scalar. Take its mean or sum.`,
    );
}
