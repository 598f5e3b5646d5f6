import { createHash } from "node:crypto";
import { createRng, float32, int32, type NdArray } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { f32, i32, jit, type Tensors } from "./index.js";
import { attention, gelu, layerNorm } from "./nn.js";

// The same graph, inputs and number of threads give the same bits. Large enough for the runtime to divide the work among its threads.

const rng = createRng("deterministic");
const inputs = {
  x: float32([300, 256], rng.normals(300 * 256)),
  w: float32([256, 256], rng.normals(256 * 256, 0.06)),
  image: float32([4, 40, 40, 16], rng.normals(4 * 40 * 40 * 16)),
  filter: float32([3, 3, 16, 16], rng.normals(9 * 256, 0.1)),
  ids: int32(
    [500],
    Array.from({ length: 500 }, () => rng.integer(300)),
  ),
};

/** Values and gradients of products, norms, attention, gathers that add up, convolutions and pools. */
function program({ x, w, image, filter, ids }: Tensors): Tensors {
  const loss = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, f: tf.Tensor) => {
    const h = layerNorm({ weight: tf.ones([256]), bias: tf.zeros([256]) }, gelu(tf.matMul(a, b)))
      .reshape<tf.Tensor3D>([300, 4, 64])
      .transpose<tf.Tensor3D>([1, 0, 2]);
    const rows = tf.gather(attention(h, h, h).transpose([1, 0, 2]).reshape([300, 256]), ids as tf.Tensor1D);
    const maps = tf.maxPool(tf.conv2d(c as tf.Tensor4D, f as tf.Tensor4D, 1, "same"), 3, 2, "same");
    return rows.square().mean().add(tf.softmax(maps).square().sum());
  };
  const slopes = tf.grads(loss)([x, w, image, filter] as tf.Tensor[]);
  return {
    loss: loss(x!, w!, image!, filter!),
    ...Object.fromEntries(slopes.map((g, i) => [`d${i}`, g])),
  };
}

const bits = (arrays: Record<string, NdArray>) =>
  Object.entries(arrays).map(
    ([name, { data }]) =>
      `${name} ${createHash("sha256")
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest("hex")}`,
  );

it.each([1, 2, 4])("%i threads: the same bits in every run and every session", async (threads) => {
  const seen = new Set<string>();
  for (let session = 0; session < 2; session++) {
    const compiled = await jit(program, inputs, { threads });
    for (let run = 0; run < 4; run++) seen.add(bits(await compiled.run(inputs)).join("\n"));
    await compiled.dispose();
  }
  expect([...seen]).toHaveLength(1);
});

it("no addition to a row is lost, however many threads there are", async () => {
  const [updates, width, rows] = [4096, 64, 16];
  const places = int32(
    [updates],
    Array.from({ length: updates }, (_, i) => (i * 7919) % rows),
  );
  const sum = ({ x, ids }: Tensors) => ({ y: tf.unsortedSegmentSum(x as tf.Tensor2D, ids as tf.Tensor1D, rows) });
  const sums = await jit(sum, { x: f32(updates, width), ids: i32(updates) }, { threads: 4 });
  const x = float32([updates, width], new Float32Array(updates * width).fill(1));
  for (let run = 0; run < 40; run++) {
    const { y } = await sums.run({ x, ids: places });
    expect(new Set(y.data)).toEqual(new Set([updates / rows]));
  }
  await sums.dispose();
});
