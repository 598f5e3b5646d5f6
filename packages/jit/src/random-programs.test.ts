import { createRng, float32, type Rng } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { gelu, jit, layerNorm, type Tensors } from "./index.js";

// Random programs of smooth operations on matrices: compiled and eager must agree, in values and gradients. Shapes are [rows, columns].

type Step = (rng: Rng) => (x: tf.Tensor2D, other: tf.Tensor2D) => tf.Tensor;

const steps: Step[] = [
  () => (x) => tf.tanh(x),
  () => (x) => gelu(x),
  () => (x) => tf.softmax(x),
  () => (x) => x.square().add(1).log(),
  () => (x) => layerNorm(x, tf.ones([x.shape[1]]), tf.zeros([x.shape[1]]), 1e-2),
  () => (x) => x.transpose(),
  () => (x) => x.sub(x.mean(1, true)).div(2),
  () => (x) => tf.concat([x, x.sum(0, true)]),
  () => (x) => tf.matMul(x, x, false, true).mul(1 / x.shape[1]),
  () => (x) => x.reshape([1, -1]).concat(tf.ones([1, x.size])),
  (rng) => {
    const k = rng.integer(3);
    return (x) => x.slice([0, 0], [Math.max(1, x.shape[0] - k), x.shape[1]]);
  },
  (rng) => {
    const pads: [number, number] = [rng.integer(2), rng.integer(3)];
    return (x) => x.pad([[0, 0], pads], 0.5);
  },
  (rng) => {
    const axis = rng.integer(2);
    return (x) => tf.gather(x, tf.tensor1d([0, (x.shape[axis] as number) - 1, 0], "int32"), axis);
  },
  () => (x, other) =>
    tf.matMul(
      x,
      other
        .mean()
        .mul(tf.ones([x.shape[1], 3]))
        .tanh(),
    ),
  (rng) => {
    const shift = rng.normal();
    return (x, other) => tf.where(x.greater(shift), x, x.mul(0.3)).add(other.mean());
  },
  () => (x) => tf.maximum(x, x.mean(0, true)),
  () => (x, other) => x.mul(other.max()).sub(other.min()),
];

/** A function of x and other that applies some steps; sizes are kept small. */
function randomProgram(rng: Rng) {
  const chosen = Array.from({ length: 3 + rng.integer(6) }, () => (steps[rng.integer(steps.length)] as Step)(rng));
  const forward = (x: tf.Tensor2D, other: tf.Tensor2D) => {
    let y = x;
    for (const step of chosen) {
      const next = step(y, other) as tf.Tensor2D;
      y = next.size > 600 ? next.slice([0, 0], [Math.min(20, next.shape[0]), Math.min(20, next.shape[1])]) : next;
    }
    return y;
  };
  return ({ x, other }: Tensors): Tensors => {
    const [dx, dOther] = tf.grads((a, b) =>
      forward(a as tf.Tensor2D, b as tf.Tensor2D)
        .square()
        .sum()
        .add(b.mul(0.01).sum()),
    )([x as tf.Tensor, other as tf.Tensor]);
    return { y: forward(x as tf.Tensor2D, other as tf.Tensor2D), dx: dx as tf.Tensor, dOther: dOther as tf.Tensor };
  };
}

describe("random programs", () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed))("compiled and eager agree, seed %i", async (seed) => {
    const rng = createRng(`program ${seed}`);
    const fn = randomProgram(rng);
    const inputs = { x: float32([4, 6], rng.normals(24)), other: float32([3, 5], rng.normals(15)) };
    const [compiled, eager] = [await jit(fn, inputs, { threads: 1 }), await jit(fn, inputs, { engine: "tensorflow" })];
    const [actual, expected] = [await compiled.run(inputs), await eager.run(inputs)];
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(actual[name]?.shape).toEqual(shape);
      expectClose(actual[name]?.data ?? [], data, { rtol: 1e-4, atol: 2e-5 * Math.max(1, largest(data)) }, name);
    }
    await compiled.dispose();
  });
});
