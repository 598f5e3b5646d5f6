import { createRng, float32 } from "@ltad/core";
import type { ModelMessage } from "@ltad/onnx";
import * as tf from "@tensorflow/tfjs";
import { f32, type TensorsOf } from "../index.js";
import { attention, gelu, layerNorm } from "../nn.js";
import { toMessage } from "../to-onnx.js";

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
const block = () => ({
  qkv: weight(width, 3 * width),
  out: weight(width, width),
  up: weight(width, 4 * width),
  down: weight(4 * width, width),
});

export const weightedConstants = {
  patches: weight(4, 4, 3, width),
  a: block(),
  b: block(),
  head: weight(width, 10),
  bias: float32([10], rng.normals(10)),
};
export const weightedInputs = { image: float32([2, 24, 24, 3], rng.normals(2 * 24 * 24 * 3)) };

/** image [B, 24, 24, 3] to logits [B, 10]. */
export function weightedProgram({ image }: { readonly image: tf.Tensor4D }, c: TensorsOf<typeof weightedConstants>) {
  const patches = tf.conv2d(image, c.patches as tf.Tensor4D, 4, "valid");
  const batch = patches.shape[0];
  let x: tf.Tensor = patches.reshape([batch, 36, width]);
  const norm = (v: tf.Tensor) => layerNorm({ weight: tf.ones([width]), bias: tf.zeros([width]) }, v);
  const linear = (v: tf.Tensor, w: tf.Tensor) => tf.matMul(v.reshape([-1, v.shape.at(-1)!]), w).reshape([-1, 36, w.shape[1]!]);
  for (const { qkv, out, up, down } of [c.a, c.b]) {
    const [q, k, v] = tf.split(linear(norm(x), qkv), 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
    x = x.add(linear(attention(q, k, v), out));
    x = x.add(linear(gelu(linear(norm(x), up)), down));
  }
  return { logits: tf.matMul(norm(x).mean<tf.Tensor2D>(1), c.head).add(c.bias) };
}

/** The model with its weights as they are, for a batch of 2. */
export const weightedMessage = (): ModelMessage =>
  toMessage(weightedProgram, { image: f32(2, 24, 24, 3) }, { constants: weightedConstants });
