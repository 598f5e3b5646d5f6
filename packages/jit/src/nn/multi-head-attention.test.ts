import { createRng, float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { tensorsOf } from "../tensors.js";
import { initAttention, mergeHeads, multiHeadAttention, splitHeads, unpacked } from "./multi-head-attention.js";

// B = 2 images, N = 3 queries, M = 5 keys, D = 8, H = 2
const packed = tensorsOf({ ...initAttention(8, createRng("attention")), in_proj_bias: float32([24], createRng("bias").normals(24)) });
const maps = unpacked(packed);
const random = (seed: string, shape: [number, number, number]) =>
  tf.tensor3d(createRng(seed).normals(shape[0] * shape[1] * shape[2]), shape);
const [key, value] = [random("key", [2, 5, 8]), random("value", [2, 5, 8])];

it("splits the width into heads and merges them again", () => {
  const split = splitHeads(value, 2);
  expect(split.shape).toEqual([2, 2, 5, 4]);
  expect(split.slice([1, 1, 3, 0], [1, 1, 1, 4]).dataSync()).toEqual(value.slice([1, 3, 4], [1, 1, 4]).dataSync());
  expect(mergeHeads(split).arraySync()).toEqual(value.arraySync());
});

it("gives each image the shared queries of one", () => {
  const query = random("query", [1, 3, 8]);
  const shared = multiHeadAttention(maps, { query, key, value }, 2);
  expect(shared.shape).toEqual([2, 3, 8]);
  const repeated = multiHeadAttention(maps, { query: query.tile([2, 1, 1]), key, value }, 2);
  expectClose(shared.dataSync(), repeated.dataSync(), { rtol: 1e-6, atol: 1e-7 }, "output");
});

it("ignores what a mask blocks, whether it is one for all images or one for each", () => {
  const query = random("query", [2, 3, 8]);
  const blocked = [0, -1e9, 0, 0, -1e9];
  const kept = tf.tensor1d([0, 2, 3], "int32");
  const inputs = { query, key: tf.gather(key, kept, 1), value: tf.gather(value, kept, 1) };
  const expected = multiHeadAttention(maps, inputs, 2).dataSync();
  for (const mask of [tf.tensor2d([blocked, blocked, blocked]), tf.tensor4d([...blocked, ...blocked], [2, 1, 1, 5])])
    expectClose(multiHeadAttention(maps, { query, key, value }, 2, mask).dataSync(), expected, { rtol: 1e-5, atol: 1e-6 }, "output");
});

it("has the output and the gradients of the equation written out", () => {
  const linearOf = ({ weight, bias }: typeof maps.query, x: tf.Tensor3D) =>
    tf.add<tf.Tensor3D>(tf.matMul(x, weight.expandDims<tf.Tensor3D>(0).tile([2, 1, 1]), false, true), bias);
  const written = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D): tf.Tensor3D => {
    const [queries, keys, values] = [linearOf(maps.query, q), linearOf(maps.key, k), linearOf(maps.value, v)];
    const heads = [0, 4].map((from) => {
      const own = (x: tf.Tensor3D) => x.slice([0, 0, from], [-1, -1, 4]);
      return tf.matMul<tf.Tensor3D>(tf.softmax(tf.matMul(own(queries), own(keys), false, true).div(2)), own(values));
    });
    return linearOf(maps.output, tf.concat(heads, 2));
  };
  const weights = random("weights", [2, 3, 8]);
  const ways = [written, (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => multiHeadAttention(maps, { query: q, key: k, value: v }, 2)];
  const [expected, found] = ways.map((way) => {
    const loss = (...inputs: tf.Tensor[]) =>
      way(...(inputs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]))
        .mul(weights)
        .sum<tf.Scalar>();
    const inputs = [random("query", [2, 3, 8]), key, value];
    return [loss(...inputs), ...tf.grads(loss)(inputs)];
  });
  for (const [i, tensor] of found!.entries())
    expectClose(tensor.dataSync(), expected![i]!.dataSync(), { rtol: 1e-4, atol: 1e-5 }, `result ${i}`);
});
