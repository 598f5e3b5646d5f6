import { bytesOf } from "@ltad/core";
import { quantised, type Tensor } from "./compact-weight.js";
import type { NewNode, OnnxNode } from "./onnx-node.js";
import type { OnnxWeight } from "./onnx-tensor.js";

// Shapes: x [..., K], w [K, N], y [..., N].

/**
 * Largest code of a weight. A processor without VNNI adds two products of an activation (0 to 255) and a code in 16 bits, which saturate beyond
 * 32,767: with 64 they cannot, and every machine gives the same whole numbers.
 * @see onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "reduce_range"
 */
export const largestCode = 64;

/** The matrix as whole numbers and a scale for each column. */
export function codedMatrix({ name, shape, data }: OnnxWeight): Tensor[] {
  const { codes, scales } = quantised(name, data, shape, 1, largestCode);
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
export function integerProduct({ inputs, outputs }: OnnxNode, coded: Set<string>): NewNode[] {
  const [x, w, y] = [inputs[0]!, inputs[1]!, outputs[0]!];
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
