import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { unitLength } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { textPrototypes } from "./prototypes.js";

// K = 3 classes, M = 2 tokens, Dtok = 4, E = 5; prefixes of 1 and 2 tokens
const random = (seed: string, ...shape: number[]) => tf.tensor(createRng(seed).normals(shape.reduce((a, b) => a * b)), shape);
const weight = random("weight", 4, 5) as tf.Tensor2D;
/** A stand-in for T that notices the order of its tokens: sum over i of (i + 1) token_i, times a matrix. */
function forwardText(tokens: tf.Tensor3D): tf.Tensor2D {
  const places = tf.range(1, tokens.shape[1] + 1).reshape([1, -1, 1]);
  return tf.matMul(tokens.mul(places).sum<tf.Tensor2D>(1), weight);
}
const prefixes = { normal: random("a", 1, 4) as tf.Tensor2D, abnormal: random("a broken", 2, 4) as tf.Tensor2D };
const names = random("names", 3, 2, 4) as tf.Tensor3D;

it("T([v; s_c]) at unit length, the prefix first", () => {
  const { normal, abnormal } = textPrototypes(forwardText, prefixes, names);
  const of = (rows: number[][]) => unitLength(forwardText(tf.tensor3d([rows]))).arraySync()[0]!;
  for (const k of [0, 1, 2]) {
    const name = names.arraySync()[k]!;
    expectClose(normal.arraySync()[k]!, of([...prefixes.normal.arraySync(), ...name]), { rtol: 1e-5, atol: 1e-6 }, "normal");
    expectClose(abnormal.arraySync()[k]!, of([...prefixes.abnormal.arraySync(), ...name]), { rtol: 1e-5, atol: 1e-6 }, "abnormal");
  }
  expectClose(abnormal.norm(2, 1).dataSync(), [1, 1, 1], { rtol: 1e-6, atol: 0 }, "length");
});

it("one class, and names receive gradients through T", () => {
  const one = names.slice([0, 0, 0], [1, 2, 4]);
  const gradient = tf.grad((s) => textPrototypes(forwardText, prefixes, s as tf.Tensor3D).abnormal.sum())(one);
  expect(gradient.shape).toEqual([1, 2, 4]);
  expect([...gradient.dataSync()].every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
});
