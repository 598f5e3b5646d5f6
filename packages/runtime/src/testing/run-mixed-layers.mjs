// A program of its own: runs the small network and prints what ran it and what came out.
import { createRng, float32 } from "@ltad/core";
import { encodeModel, onnxType } from "@ltad/onnx";
import { openProgram, runtimeInfo } from "@ltad/runtime";

// Shapes: B batch (free), K 7 inputs, N 5 outputs.

const tensor = (name, dims, data) => ({
  name,
  dims,
  dataType: onnxType.float32,
  rawData: new Uint8Array(data.buffer),
});
const info = (name, columns) => ({
  name,
  type: { tensorType: { elemType: onnxType.float32, shape: { dim: [{ dimParam: "batch" }, { dimValue: columns }] } } },
});

/** A small network with products, activations and a softmax: x float32 [B, 7] -> y float32 [B, 5]. */
function mixedLayers() {
  const rng = createRng("mixed layers");
  const node = (opType, input, output) => ({ opType, input, output: [output] });
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

const program = await openProgram(mixedLayers(), { threads: 1 });
const { y } = await program.run({ x: float32([3, 7], createRng("x").normals(21)) });
process.stdout.write(JSON.stringify({ ...(await runtimeInfo()), ran: program.providers, y: Array.from(y.data) }));
await program.dispose();
