// The convolutional network of TensorFlow.js' MNIST example as a function, on digits drawn here: dropout by a seed, gradients and AdamW in one ONNX graph.
//
//   npx tsx mnist-convnet.ts [onnx | tensorflow] [steps]
import { createRng, float32, int32, type Rng } from "@ltad/core";
import { f32, i32, jit, trainStep } from "@ltad/jit";
import { conv2d, dropout, initConv2d, initLinear, linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

const engine = process.argv[2] === "tensorflow" ? "tensorflow" : "onnx";
const [side, batch] = [20, 32];
const segments = [0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f]; // seven segments of each digit

/** One digit as seven segments, moved and noisy, [side * side]. */
function digit(value: number, rng: Rng): Float32Array {
  const image = rng.normals(side * side, 0.15);
  const [x0, y0] = [3 + rng.integer(6), 1 + rng.integer(4)];
  const bar = (x: number, y: number, w: number, h: number) => {
    for (let v = y; v < y + h; v++) for (let u = x; u < x + w; u++) image[(y0 + v) * side + x0 + u] = 1;
  };
  const places = [
    [1, 0, 6, 2],
    [0, 1, 2, 6],
    [6, 1, 2, 6],
    [1, 7, 6, 2],
    [0, 8, 2, 6],
    [6, 8, 2, 6],
    [1, 13, 6, 2],
  ] as const;
  for (const [bit, [x, y, w, h]] of places.entries()) if ((segments[value]! >> bit) & 1) bar(x, y, w, h);
  return image;
}

function digits(count: number, rng: Rng) {
  const labels = Array.from({ length: count }, () => rng.integer(10));
  const pixels = float32([count, side, side, 1]);
  labels.forEach((label, i) => pixels.data.set(digit(label, rng), i * side * side));
  return { image: pixels, label: int32([count], labels) };
}

const rng = createRng("digits");
const params = { first: initConv2d(1, 8, rng, 5), second: initConv2d(8, 16, rng, 5), out: initLinear(16 * 5 * 5, 10, rng) };
type Params = { readonly [Name in keyof typeof params]: { weight: tf.Tensor; bias: tf.Tensor } };

/** [B, 20, 20, 1] -> [B, 10], logits. @param seed of the dropout, in training */
function convnet(p: Params, image: tf.Tensor4D, seed?: tf.Tensor): tf.Tensor2D {
  const a = tf.maxPool(tf.relu(conv2d(p.first, image)), 2, 2, "valid"); // [B, 10, 10, 8]
  const b = tf.maxPool(tf.relu(conv2d(p.second, a)), 2, 2, "valid"); // [B, 5, 5, 16]
  const flat: tf.Tensor2D = b.reshape([-1, 16 * 5 * 5]);
  return linear(p.out, seed ? dropout(flat, 0.25, seed) : flat);
}

const training = await trainStep({
  params,
  engine,
  inputs: { image: f32(batch, side, side, 1), label: i32(batch), seed: i32() },
  loss: (p, { image, label, seed }) => ({
    loss: tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(tf.oneHot(label, 10), convnet(p, image, seed)),
  }),
});
const steps = Number(process.argv[3] ?? 150);
let taken = 0; // ms in all steps but the first, which warms up
for (let step = 0; step < steps; step++) {
  const inputs = { ...digits(batch, rng), seed: int32([], [step]) };
  const start = performance.now();
  await training.step(inputs, { learningRate: 0.003 });
  if (step > 0) taken += performance.now() - start;
}
console.error(`${(taken / (steps - 1)).toFixed(2)} ms a step on ${engine === "onnx" ? "onnxruntime" : tf.getBackend()}`);

const test = digits(200, createRng("test"));
const constants = { p: training.params() };
const program = await jit(
  ({ image }, { p }) => ({ digit: convnet(p, image).argMax(1) }),
  { image: f32(null, side, side, 1) },
  { constants, engine },
);
const { digit: found } = await program.run({ image: test.image });
const right = found.data.filter((value, i) => value === test.label.data[i]).length;
console.log(`digits read: ${right > 190 ? "more than 190" : right} of 200`);
await Promise.all([training.dispose(), program.dispose()]);
