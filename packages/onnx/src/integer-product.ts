import { bytesOf } from "@ltad/core";
import { quantised, type Tensor } from "./compact-weight.js";
import type { FloatWeight } from "./float-weight.js";
import type { OnnxNode } from "./messages.js";

// Shapes: x [..., K], w [K, N], y [..., N].

/**
 * Largest code of a weight. A processor without VNNI adds two products of an activation (0 to 255) and a code in 16 bits, which saturate beyond
 * 32,767: with 64 they cannot, and every machine gives the same whole numbers.
 * @see onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "reduce_range"
 */
export const largestCode = 64;

/** The matrix as whole numbers and a scale for each column. */
export function codedMatrix({ name, shape, data }: FloatWeight): Tensor[] {
  const { codes, scales } = quantised(name, data(), shape, 1, largestCode);
  return [
    { name: `${name}.int8`, dims: shape, dataType: 3, rawData: bytesOf(codes) },
    { name: `${name}.int8.scale`, dims: [scales.length], dataType: 1, rawData: bytesOf(scales) },
  ];
}

/**
 * y = x w in whole numbers: x is brought to 0..255 by its least and largest value in every run ("dynamic quantisation").
 * ONNX Runtime fuses the nodes; x is coded once for all products that read it.
 * @param coded names of the values that have been coded before; x joins them
 */
export function integerProduct({ input = [], output = [] }: OnnxNode, coded: Set<string>): OnnxNode[] {
  const [x, w, y] = [input[0]!, input[1]!, output[0]!];
  const [codes, step, zero] = [`${x}.codes`, `${x}.codes.step`, `${x}.codes.zero`];
  const isNew = !coded.has(x);
  coded.add(x);
  return [
    ...(isNew ? [{ opType: "DynamicQuantizeLinear", input: [x], output: [codes, step, zero] }] : []),
    { opType: "MatMulInteger", input: [codes, `${w}.int8`, zero], output: [`${y}.whole`] },
    { opType: "Cast", input: [`${y}.whole`], output: [`${y}.float`], attribute: [{ name: "to", type: 2, i: 1 }] },
    { opType: "Mul", input: [step, `${w}.int8.scale`], output: [`${y}.scale`] },
    { opType: "Mul", input: [`${y}.float`, `${y}.scale`], output: [y] },
  ];
}
