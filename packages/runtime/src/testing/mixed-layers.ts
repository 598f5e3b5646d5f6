import { createRng } from "@ltad/core";
import { encodeModel, onnxType } from "@ltad/onnx";

// Shapes: B batch (free), K 7 inputs, N 5 outputs.

const tensor = (name: string, dims: readonly number[], data: Float32Array) => ({
  name,
  dims,
  dataType: onnxType.float32,
  rawData: new Uint8Array(data.buffer),
});
const info = (name: string, columns: number) => ({
  name,
  type: { tensorType: { elemType: onnxType.float32, shape: { dim: [{ dimParam: "batch" }, { dimValue: columns }] } } },
});

/** A small network with products, activations and a softmax: x float32 [B, 7] -> y float32 [B, 5]. */
export function mixedLayers(): Uint8Array {
  const rng = createRng("mixed layers");
  const node = (opType: string, input: readonly string[], output: string) => ({ opType, input, output: [output] });
  return encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 19 }],
    graph: {
      name: "mixed",
      initializer: [tensor("w", [7, 5], Float32Array.from(rng.normals(35))), tensor("b", [5], Float32Array.from(rng.normals(5)))],
      node: [node("MatMul", ["x", "w"], "p"), node("Add", ["p", "b"], "h"), node("Erf", ["h"], "a"), node("Softmax", ["a"], "y")],
      input: [info("x", 7)],
      output: [info("y", 5)],
    },
  });
}
