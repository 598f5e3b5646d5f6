import { createRng } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { displace, jitter } from "./pseudo-anomaly.js";

const tokens = tf.tensor3d(createRng("tokens").normals(2 * 3 * 4), [2, 3, 4]);
const u = tf.tensor3d(createRng("u").normals(2 * 3 * 4), [2, 3, 4]);

it("a displaced token has moved s sqrt(D) along u, however long u is", () => {
  const sizes = tf.tensor2d([1, 1.5, 2, 2.5, 3, 0], [2, 3]);
  const moved = displace(tokens, u, sizes).sub(tokens);
  expectClose(moved.norm(2, -1).dataSync(), sizes.mul(Math.sqrt(4)).dataSync(), { rtol: 1e-5, atol: 1e-6 }, "length");
  expectClose(displace(tokens, u.mul(1000), sizes).dataSync(), displace(tokens, u, sizes).dataSync(), { rtol: 1e-4, atol: 1e-5 }, "scale");
  const cosine = moved
    .mul(u)
    .sum(-1)
    .div(moved.norm(2, -1).mul(u.norm(2, -1)));
  expectClose(cosine.dataSync().slice(0, 5), [1, 1, 1, 1, 1], { rtol: 1e-5, atol: 0 }, "cosine");
});

it("no direction, no move", () => {
  const still = displace(tokens, tf.zerosLike(tokens), tf.ones([2, 3]));
  expect([...still.dataSync()]).toEqual([...tokens.dataSync()]);
});

it("jitter grows with the token: none at 0, the double at twice", () => {
  expect(largest(jitter(tf.zerosLike(tokens), u).dataSync())).toBe(0);
  const once = jitter(tokens, u, 20).sub(tokens);
  const twice = jitter(tokens.mul(2), u, 20).sub(tokens.mul(2));
  expectClose(twice.dataSync(), once.mul(2).dataSync(), { rtol: 1e-5, atol: 1e-5 }, "twice");
});
