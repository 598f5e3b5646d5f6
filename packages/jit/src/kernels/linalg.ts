import type * as tf from "@tensorflow/tfjs";
import { add, matMul, mul, transpose, unary } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { range } from "../graph/shape.js";
import { kernel, listed, type Kernels } from "./kernel.js";
import { clip } from "./unary.js";

/** Products of matrices. */
export const linalg: Kernels = {
  BatchMatMul: kernel<"a" | "b", tf.BatchMatMulAttrs>((g, { a, b }, { transposeA, transposeB }) =>
    matMul(g, transposeA ? swapLast(g, a) : a, transposeB ? swapLast(g, b) : b),
  ),
  _FusedMatMul: kernel<"a" | "b" | "bias" | "preluActivationWeights", tf._FusedMatMulAttrs>((g, inputs, attributes) => {
    const { a, b, bias, preluActivationWeights } = inputs as Partial<typeof inputs> & Pick<typeof inputs, "a" | "b">;
    const product = matMul(g, attributes.transposeA ? swapLast(g, a) : a, attributes.transposeB ? swapLast(g, b) : b);
    return activate(g, bias ? add(g, product, bias) : product, attributes, preluActivationWeights);
  }),
  Einsum: kernel<never, tf.EinsumAttrs>((g, inputs, { equation }) => {
    const operands = listed(inputs);
    return g.add("Einsum", operands, einsumShape(equation, operands), { attributes: { equation: equation.replaceAll(" ", "") } });
  }),
};

function swapLast(g: Graph, x: Value): Value {
  const rank = x.shape.length;
  return transpose(g, x, [...range(0, rank - 2), rank - 1, rank - 2]);
}

function einsumShape(equation: string, operands: readonly Value[]): number[] {
  const [left, right] = equation.replaceAll(" ", "").split("->") as [string, string];
  const sizes = new Map(left.split(",").flatMap((axes, i) => axes.split("").map((axis, k) => [axis, operands[i]?.shape[k] ?? 1] as const)));
  return right.split("").map((axis) => sizes.get(axis)!);
}

/** The activation that TF.js's fused kernels end with. */
export function activate(
  g: Graph,
  x: Value,
  { activation, leakyreluAlpha }: { activation?: string; leakyreluAlpha?: number },
  alpha?: Value,
): Value {
  if (activation === "relu") return unary(g, "Relu", x);
  if (activation === "relu6") return clip(g, x, 0, 6);
  if (activation === "elu") return unary(g, "Elu", x);
  if (activation === "sigmoid") return unary(g, "Sigmoid", x);
  if (activation === "leakyrelu") return g.elementwise("LeakyRelu", [x], { attributes: { alpha: { float: leakyreluAlpha ?? 0.2 } } });
  if (activation === "prelu" && alpha)
    return g.elementwise("Where", [g.elementwise("Greater", [x, g.number("float32", 0)], { dtype: "bool" }), x, mul(g, x, alpha)], {
      dtype: "float32",
    });
  return x;
}
