import type { Rng } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { type Tensors } from "../index.js";
import { gelu, layerNorm } from "../nn.js";

// Random programs of operations on matrices. Shapes are [rows, columns].

type Step = (rng: Rng) => (x: tf.Tensor2D, other: tf.Tensor2D) => tf.Tensor;

const steps: Step[] = [
  () => (x) => tf.tanh(x),
  () => (x) => gelu(x),
  () => (x) => tf.softmax(x),
  () => (x) => x.square().add(1).log(),
  () => (x) => layerNorm({ weight: tf.ones([x.shape[1]]), bias: tf.zeros([x.shape[1]]) }, x, 1e-2),
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
    return (x) => tf.gather(x, tf.tensor1d([0, x.shape[axis]! - 1, 0], "int32"), axis);
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
  () => (x) => tf.cumsum(x, 1).mul(1 / x.shape[1]),
  () => (x) => tf.logSumExp(x, 1, true).add(x.mul(0.1)),
  () => (x) => x.div(x.norm("euclidean", 1, true).add(0.1)),
  () => (x) => x.reverse(0).elu().add(tf.softplus(x)),
  () => (x) => tf.tile(x.slice([0, 0], [1, x.shape[1]]), [2, 1]),
  () => (x) => tf.stack([x, x.square().mul(0.1)], 1).reshape([2 * x.shape[0], x.shape[1]]),
  () => (x) => tf.split(x, [1, x.shape[1] - 1], 1)[1] ?? x,
  () => (x, other) => tf.minimum(x, other.max()).clipByValue(-3, 3),
  () => (x) => tf.einsum("ij,kj->ik", x, x).mul(1 / x.shape[1]),
  () => (x) =>
    x
      .expandDims(0)
      .expandDims(3)
      .resizeBilinear([x.shape[0] + 1, x.shape[1] + 2], true)
      .squeeze<tf.Tensor2D>([0, 3]),
  () => (x) => tf.avgPool(x.reshape<tf.Tensor4D>([1, ...x.shape, 1]), 2, 1, "same").reshape(x.shape),
  () => (x) =>
    tf
      .conv1d(x.reshape<tf.Tensor3D>([1, ...x.shape]), tf.ones([2, x.shape[1], 3]), 1, "same")
      .mul(1 / x.shape[1])
      .reshape([x.shape[0], 3]),
  () => (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 0],
      ],
      "symmetric",
    ),
  () => (x) => tf.gatherND(x, [[0], [x.shape[0] - 1]]),
  () => (x) => tf.where(x.abs().less(1), x.pow(2), x.abs().add(0.1).sqrt()),
  () => (x) => tf.prod(x.slice([0, 0], [Math.min(2, x.shape[0]), x.shape[1]]).clipByValue(-2, 2), 0, true).add(x),
];

/** A function of x and other that applies some steps; sizes are kept small. */
export function randomProgram(rng: Rng) {
  const chosen = Array.from({ length: 3 + rng.integer(6) }, () => steps[rng.integer(steps.length)]!(rng));
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
    )([x!, other!]);
    return { y: forward(x as tf.Tensor2D, other as tf.Tensor2D), dx: dx!, dOther: dOther! };
  };
}
