import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { classTexts, initClassNames } from "./class-names.js";

it("names lie N(0, 0.02^2) around the mean token", () => {
  const names = initClassNames(5, 4, Float32Array.of(1, -2, 3), createRng(7));
  expect(names.shape).toEqual([5, 4, 3]);
  const distances = Array.from(names.data, (x, i) => (x - [1, -2, 3][i % 3]!) / 0.02);
  const deviation = Math.sqrt(distances.reduce((sum, d) => sum + d * d, 0) / distances.length);
  expect(deviation).toBeGreaterThan(0.7);
  expect(deviation).toBeLessThan(1.3);
  expect(new Set(names.data).size).toBe(60);
});

it("deviation 0: every name is the mean token", () => {
  expect([...initClassNames(2, 1, Float32Array.of(1, -2), createRng(7), 0).data]).toEqual([1, -2, 1, -2]);
});

it("a name without tokens is refused", () => {
  expect(() => initClassNames(2, 0, Float32Array.of(1), createRng(1))).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
});

it("t_c = T(s_c) at unit length, and the name learns through T", () => {
  const weight = tf.tensor2d(createRng("T").normals(15), [3, 5]);
  const forwardText = (tokens: tf.Tensor3D) => tf.matMul<tf.Tensor2D>(tokens.mean(1), weight);
  const names = tf.tensor3d(createRng("names").normals(24), [2, 4, 3]);
  const texts = classTexts(forwardText, names);
  expectClose(texts.norm(2, 1).dataSync(), [1, 1], { rtol: 1e-6, atol: 0 }, "length");
  const raw = forwardText(names).arraySync()[1]!;
  expectClose(
    texts.arraySync()[1]!,
    raw.map((x) => x / Math.hypot(...raw)),
    { rtol: 1e-5, atol: 1e-6 },
    "direction",
  );
  const gradient = tf.grad((s) => classTexts(forwardText, s as tf.Tensor3D).sum())(names);
  expect([...gradient.dataSync()].every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
});
