import { LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

/** The gradient for operand i: the same sum with dy in its place. Axes that only it has would need a broadcast and are refused. */
export const einsumGradient: tf.GradConfig = {
  kernelName: "Einsum",
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const equation = (attrs as unknown as tf.EinsumAttrs).equation.replaceAll(" ", "");
    const [left, right] = equation.split("->") as [string, string];
    const terms = left.split(",");
    const slopes = terms.map((term, i) => () => {
      const others = terms.map((t, k) => ({ term: t, tensor: saved[k] as tf.Tensor })).filter((_, k) => k !== i);
      const known = [right, ...others.map((o) => o.term)].join("");
      const lost = term.split("").find((axis) => !known.includes(axis));
      if (lost !== undefined)
        throw new LtadError("LTAD_TRACE", `einsum ${equation}: axis ${lost} is summed in one operand only. Sum it before the einsum.`);
      return tf.einsum(`${[right, ...others.map((o) => o.term)].join(",")}->${term}`, dy as tf.Tensor, ...others.map((o) => o.tensor));
    });
    return Object.fromEntries(slopes.map((slope, i) => [String(i), slope]));
  },
};
