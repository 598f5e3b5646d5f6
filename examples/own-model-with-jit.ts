// Trains a model of one's own, compiled into one ONNX graph, and saves it as a file that every ONNX Runtime executes.
//
//   npx tsx own-model-with-jit.ts ring.onnx
import { createRng, float32 } from "@ltad/core";
import { f32, openProgram, saveOnnx, trainStep } from "@ltad/jit";
import { gelu, initLinear, linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

const [file = "ring.onnx"] = process.argv.slice(2);

// Which points of the plane lie in a ring? 300 points to learn from; the label is 1 inside.
const rng = createRng(7);
const points = rng.normals(600);
const radius = (i: number) => Math.hypot(points[2 * i]!, points[2 * i + 1]!);
const x = float32([300, 2], points);
const label = float32(
  [300, 1],
  Array.from({ length: 300 }, (_, i) => (Math.abs(radius(i) - 1.2) < 0.5 ? 1 : 0)),
);

/** [B, 2] -> [B, 1], the logit of lying in the ring. */
const model = (p: Record<"hidden" | "out", Linear>, input: tf.Tensor2D) => linear(p.out, gelu(linear(p.hidden, input)));

const training = await trainStep({
  params: { hidden: initLinear(2, 64, rng), out: initLinear(64, 1, rng) },
  inputs: { x: f32(300, 2), label: f32(300, 1) },
  loss: (p, inputs) => ({ loss: tf.losses.sigmoidCrossEntropy<tf.Tensor2D, tf.Scalar>(inputs.label, model(p, inputs.x)) }),
});
let loss = Number.NaN;
for (let step = 0; step < 400; step++) ({ loss } = await training.step({ x, label }, { learningRate: 0.02 }));
console.log(`loss after 400 steps: ${loss < 0.1 ? "below 0.1" : loss}`);

const inputs = { x: f32(null, 2) }; // null: any number of points
const constants = { p: training.params() };
await saveOnnx(file, (given, { p }) => ({ inRing: tf.sigmoid(model(p, given.x)) }), inputs, { constants });
await training.dispose();

const program = await openProgram(file, { inputs, outputs: ["inRing"] });
const { inRing } = await program.run({ x: float32([3, 2], [1.2, 0, 0, 0, -0.9, -0.8]) });
console.log(Array.from(inRing.data, (p) => (p > 0.5 ? "inside" : "outside")).join(", "));
await program.dispose();
