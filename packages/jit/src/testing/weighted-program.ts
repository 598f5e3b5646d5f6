import { createRng, float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { type Tensors } from "../index.js";
import { attention, gelu, layerNorm } from "../nn.js";
import { modelMessage } from "../graph/encode.js";
import { trace } from "../trace/trace.js";

// A patch convolution and two transformer blocks of width 64 with weights as constants: what an exported model looks like.

const rng = createRng("weighted program");
const width = 64;
const weight = (...shape: number[]) =>
  float32(
    shape,
    rng.normals(
      shape.reduce((a, b) => a * b, 1),
      1 / Math.sqrt(shape.slice(0, -1).reduce((a, b) => a * b, 1)),
    ),
  );
const block = (name: string) => ({
  [`${name}.qkv`]: weight(width, 3 * width),
  [`${name}.out`]: weight(width, width),
  [`${name}.up`]: weight(width, 4 * width),
  [`${name}.down`]: weight(4 * width, width),
});

export const weightedConstants = {
  patches: weight(4, 4, 3, width),
  ...block("a"),
  ...block("b"),
  head: weight(width, 10),
  bias: float32([10], rng.normals(10)),
};
export const weightedInputs = { image: float32([2, 24, 24, 3], rng.normals(2 * 24 * 24 * 3)) };

/** image [B, 24, 24, 3] to logits [B, 10]. */
export function weightedProgram(all: Tensors): Tensors {
  const c = all as Record<keyof typeof weightedConstants | "image", tf.Tensor>;
  const patches = tf.conv2d(c.image as tf.Tensor4D, c.patches as tf.Tensor4D, 4, "valid");
  const batch = patches.shape[0];
  let x: tf.Tensor = patches.reshape([batch, 36, width]);
  const norm = (v: tf.Tensor) => layerNorm({ weight: tf.ones([width]), bias: tf.zeros([width]) }, v);
  const linear = (v: tf.Tensor, w: tf.Tensor) => tf.matMul(v.reshape([-1, v.shape.at(-1)!]), w).reshape([-1, 36, w.shape[1]!]);
  for (const name of ["a", "b"] as const) {
    const [q, k, v] = tf.split(linear(norm(x), c[`${name}.qkv` as "head"]), 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
    x = x.add(linear(attention(q, k, v), c[`${name}.out` as "head"]));
    x = x.add(linear(gelu(linear(norm(x), c[`${name}.up` as "head"])), c[`${name}.down` as "head"]));
  }
  return { logits: tf.matMul(norm(x).mean<tf.Tensor2D>(1), c.head).add(c.bias) };
}

/** The model with its weights as they are, for a batch of 2. */
export const weightedMessage = () =>
  modelMessage({
    ...trace(weightedProgram, { image: { dtype: "float32", shape: [2, 24, 24, 3] } }, weightedConstants, 1),
    dims: (v) => v.stored,
  });
