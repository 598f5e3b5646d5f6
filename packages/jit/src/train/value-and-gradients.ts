import { LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../traced-function.js";

/**
 * What a loss function gives, and the gradient of its `loss` for every parameter.
 * @throws LtadError `LTAD_TRACE` naming the parameters that the loss does not depend on, or an entry that is not a scalar
 */
export function valueAndGradients(
  loss: (params: Tensors) => Tensors & { loss: tf.Scalar },
  params: Tensors,
): { results: Tensors; gradients: Record<string, tf.Tensor> } {
  const names = Object.keys(params);
  let results: Tensors = {};
  const run = () => {
    results = loss(params);
    checkScalars(results);
    // TF.js frees what its tidy does not return.
    for (const tensor of Object.values(results)) tf.keep(tensor);
    return results["loss"] as tf.Scalar;
  };
  const list = names.map((name) => params[name]!);
  const { grads } = tf.engine().gradients(run, list, undefined, true);
  const without = names.filter((_, i) => !grads[i]);
  if (without.length > 0)
    throw new LtadError(
      "LTAD_TRACE",
      `params.${without.join(", params.")}: the loss does not depend on it. Use it, or move it to constants.`,
      {
        details: { params: without },
      },
    );
  return { results, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
}

function checkScalars(results: Tensors) {
  if (!results["loss"]) throw new LtadError("LTAD_TRACE", "loss: expected an entry named loss, a scalar.");
  const wrong = Object.entries(results).find(([, t]) => t.shape.length > 0);
  if (wrong)
    throw new LtadError(
      "LTAD_TRACE",
      `loss: ${wrong[0]} has the shape [${wrong[1].shape.join(", ")}], expected a scalar. Take its mean or sum.`,
    );
}
