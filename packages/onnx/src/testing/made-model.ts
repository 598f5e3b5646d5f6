import { bytesOf } from "@ltad/core";
import { encodeModel } from "../codec.js";
import type { OnnxGraph } from "../messages.js";

/** A float32 tensor of these numbers. */
export const floatTensor = (name: string, dims: readonly number[], numbers: readonly number[]) => ({
  name,
  dims,
  dataType: 1,
  rawData: bytesOf(Float32Array.from(numbers)),
});

/** A tensor whose numbers are said to lie in a file beside the model. */
export const outsideTensor = (name: string, entries: Readonly<Record<string, string>>, dims: readonly number[] = [2]) => ({
  name,
  dims,
  dataType: 1,
  dataLocation: 1,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});

/** An input or output, float32; a dimension without a number is a name. */
export const value = (name: string, ...dims: readonly (number | string)[]) => ({
  name,
  type: {
    tensorType: { elemType: 1, shape: { dim: dims.map((dim) => (typeof dim === "number" ? { dimValue: dim } : { dimParam: dim })) } },
  },
});

/** An attribute that holds a graph (AttributeProto.AttributeType GRAPH). */
export const within = (name: string, g: OnnxGraph) => ({ name, type: 5, g });

/** The bytes of a model of this graph. */
export function madeModel(graph: OnnxGraph & Readonly<Record<string, unknown>>, opset = 17, more: object = {}): Uint8Array {
  return encodeModel({ irVersion: 8, opsetImport: [{ domain: "", version: opset }], ...more, graph: { name: "made", ...graph } });
}

/**
 * y = Relu(x A) F + mean(F), if that mean is positive: A [64, 64] is the right factor of a product and nothing else, F is read by a graph within an
 * If too.
 */
export function productModel(opset = 17, a: readonly number[] = Array.from({ length: 4096 }, (_, i) => Math.sin(i))): Uint8Array {
  const f = Array.from({ length: 4096 }, (_, i) => Math.cos(i));
  const branch = (name: string) =>
    within(name, { name, node: [{ opType: "Add", input: ["product", "F"], output: [`${name} y`] }], output: [value(`${name} y`, 64, 64)] });
  return madeModel(
    {
      initializer: [floatTensor("A", [64, 64], a), floatTensor("F", [64, 64], f), floatTensor("few", [3], [1, 2, 3])],
      input: [value("x", "batch", 64)],
      output: [value("y", "batch", 64)],
      node: [
        { opType: "MatMul", input: ["x", "A"], output: ["raw"] },
        { opType: "Relu", input: ["raw"], output: ["hidden"] },
        { opType: "MatMul", input: ["hidden", "F"], output: ["product"] },
        { opType: "If", input: ["is positive"], output: ["y"], attribute: [branch("then_branch"), branch("else_branch")] },
      ],
    },
    opset,
  );
}
