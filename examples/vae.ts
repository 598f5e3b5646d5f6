// The variational autoencoder of TensorFlow.js' examples as a function, on pictures of discs: its noise is an input, drawn by a seed in the graph.
//
//   npx tsx vae.ts [onnx | tensorflow] [steps]
import { createRng, float32, int32, type Rng } from "@ltad/core";
import { f32, i32, trainStep } from "@ltad/jit";
import { initLinear, linear, type Linear, uniformFrom } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

const engine = process.argv[2] === "tensorflow" ? "tensorflow" : "onnx";
const [side, batch, latent] = [16, 32, 4];
const size = side * side;

/** Discs anywhere, of any size, [B, side * side]. */
function discs(rng: Rng) {
  const x = float32([batch, size]);
  for (let b = 0; b < batch; b++) {
    const [u, v, r] = [...rng.uniforms(2, 4, 12), 2 + 3 * rng.uniform()] as [number, number, number];
    for (let i = 0; i < size; i++) x.data[b * size + i] = Math.hypot((i % side) - u, Math.floor(i / side) - v) < r ? 1 : 0;
  }
  return x;
}

const rng = createRng("discs");
const params = {
  inner: initLinear(size, 64, rng),
  mean: initLinear(64, latent, rng),
  logVar: initLinear(64, latent, rng),
  back: initLinear(latent, 64, rng),
  out: initLinear(64, size, rng),
};
type Params = { readonly [Name in keyof typeof params]: Linear };

/** Standard normal numbers by Box and Muller, from two uniform draws. */
function normalFrom(shape: readonly number[], seed: tf.Tensor): tf.Tensor2D {
  const radius = uniformFrom<tf.Rank.R2>(shape, seed, 0).add(1e-7).log().mul(-2).sqrt();
  return radius.mul(
    uniformFrom<tf.Rank.R2>(shape, seed, 1)
      .mul(2 * Math.PI)
      .cos(),
  );
}

function loss(p: Params, x: tf.Tensor2D, seed: tf.Tensor) {
  const h = tf.relu(linear(p.inner, x));
  const [mean, logVar] = [linear(p.mean, h), linear(p.logVar, h)];
  const z = tf.add(mean, tf.mul(tf.exp(tf.mul(logVar, 0.5)), normalFrom([batch, latent], seed)));
  const logits = linear(p.out, tf.relu(linear(p.back, z as tf.Tensor2D)));
  const reconstruction = tf.mul<tf.Scalar>(tf.losses.sigmoidCrossEntropy(x, logits), size);
  const kl = tf.mul<tf.Scalar>(tf.sum(tf.sub(tf.add(tf.exp(logVar), tf.square(mean)), tf.add(logVar, 1)), 1).mean(), 0.5);
  return { loss: tf.add<tf.Scalar>(reconstruction, kl), reconstruction, kl };
}

const inputs = { x: f32(batch, size), seed: i32() };
const training = await trainStep({ params, engine, inputs, loss: (p, { x, seed }) => loss(p, x, seed) });
const steps = Number(process.argv[3] ?? 400);
const losses: number[] = [];
let taken = 0; // ms in all steps but the first, which warms up
for (let step = 0; step < steps; step++) {
  const inputs = { x: discs(rng), seed: int32([], [step]) };
  const start = performance.now();
  losses.push((await training.step(inputs, { learningRate: 0.003 })).loss);
  if (step > 0) taken += performance.now() - start;
}
console.error(`${(taken / (steps - 1)).toFixed(2)} ms a step on ${engine === "onnx" ? "onnxruntime" : tf.getBackend()}`);
const [first, last] = [losses[0]!, losses.slice(-20).reduce((sum, value) => sum + value / 20, 0)];
console.log(`loss after ${steps} steps: ${last < 0.5 * first ? "less than half" : last / first} of the first`);
await training.dispose();
