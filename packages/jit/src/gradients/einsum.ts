import * as tf from "@tensorflow/tfjs";

/**
 * The gradient for operand i: the same sum with dy in its place; along an axis that only this operand has, it is the same everywhere.
 * Such axes of the others are summed first: TF.js 4.22 computes einsum wrongly where an axis is in one operand only.
 */
export const einsumGradient: tf.GradConfig = {
  kernelName: "Einsum",
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const equation = (attrs as unknown as tf.EinsumAttrs).equation.replaceAll(" ", "");
    const [left, right] = equation.split("->") as [string, string];
    const terms = left.split(",");
    const slopes = terms.map((term, i) => () => {
      const operand = saved[i]!;
      const elsewhere = [right, ...terms.filter((_, k) => k !== i)].join("");
      const others = terms.map((_, k) => k).filter((k) => k !== i);
      const reduced = others.map((k) => withoutLone(saved[k]!, terms[k]!, [right, ...terms.filter((_, n) => n !== k)]));
      const shared = term.split("").filter((axis) => elsewhere.includes(axis));
      const operands = [right, ...reduced.map((r) => r.term)].join(",");
      const sum = tf.einsum(`${operands}->${shared.join("")}`, dy as tf.Tensor, ...reduced.map((r) => r.sum));
      if (shared.length === term.length) return sum;
      const narrow = term.split("").map((axis, k) => (elsewhere.includes(axis) ? operand.shape[k]! : 1));
      return sum.reshape(narrow).mul(tf.ones(operand.shape));
    });
    return Object.fromEntries(slopes.map((slope, i) => [String(i), slope]));
  },
};

/** The sum over the axes that no other term has. */
function withoutLone(operand: tf.Tensor, term: string, others: readonly string[]): { term: string; sum: tf.Tensor } {
  const axes = term.split("");
  const lone = axes.flatMap((axis, k) => (others.some((o) => o.includes(axis)) ? [] : [k]));
  if (lone.length === 0) return { term, sum: operand };
  return { term: axes.filter((_, k) => !lone.includes(k)).join(""), sum: operand.sum(lone) };
}
