import { bytesOf } from "@ltad/core";
import { quantised, type Tensor } from "./compact-weight.js";
import type { FloatWeight } from "./float-weight.js";
import type { OnnxNode } from "./messages.js";

// Shapes: x [..., K], w [K, N], y [..., N].

/**
 * The largest code of a weight. A processor without VNNI adds two products of an activation (0 to 255) and a code in 16 bits, which saturate beyond
 * 32,767. Codes up to 64 cannot reach that, so every machine computes the same whole numbers.
 * @see onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "reduce_range"
 */
export const largestCode = 64;

/** Quantises a matrix [K, N] to whole numbers with a scale for each column. */
export function codedMatrix({ name, shape, data }: FloatWeight): Tensor[] {
  const { codes, scales } = quantised(name, data(), shape, 1, largestCode);
  return [
    { name: `${name}.int8`, dims: shape, dataType: 3, rawData: bytesOf(codes) },
    { name: `${name}.int8.scale`, dims: [scales.length], dataType: 1, rawData: bytesOf(scales) },
  ];
}

/**
 * The nodes that compute y = x w in whole numbers. Every run scales x to 0..255 by its smallest and largest value ("dynamic quantisation").
 * ONNX Runtime fuses the nodes, and x is coded once for all products that use it.
 * @param coded the names of values that are already coded; x is added
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
