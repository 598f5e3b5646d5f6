import { createRng, float32, type NdArray, readSafetensors, unflatten } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf, toTensor } from "@ltad/jit";
import { differentiate } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { initPrenorm, type PrenormStack, prenormStack } from "./prenorm.js";
import { reconstructionLoss } from "./loss.js";
import { reconstructor } from "./reconstructor.js";

const { arrays } = await readSafetensors(new URL("__fixtures__/prenorm.safetensors", import.meta.url).pathname);
const under = (prefix: string) =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
  );
const weights = unflatten<NdArray>(under("param."));
const at = (name: string) => toTensor(arrays[name]!) as tf.Tensor3D;

it("torch's stack: output and the gradient of every parameter", () => {
  const output = prenormStack(tensorsOf(weights) as PrenormStack, at("input"), 3);
  expectClose(output.dataSync(), arrays["output"]!.data, { rtol: 0, atol: 1e-5 }, "output");
  const { gradients } = differentiate(weights, (p) => reconstructionLoss(prenormStack(p as PrenormStack, at("input"), 3), at("target")));
  for (const [name, { data }] of Object.entries(under("grad."))) {
    const atol = 1e-5 * Math.max(largest(data), 1e-2); // the key third of in_proj_bias has the true gradient 0
    expectClose(gradients[name]!, data, { rtol: 0, atol }, name);
  }
});

const config = { kind: "prenorm", channels: 5, grid: [2, 3], zSize: 4, width: 8, heads: 2, layers: 2, hidden: 12 } as const;
const tokens = tf.tensor3d(createRng("tokens").normals(2 * 6 * 5), [2, 6, 5]);
const z = tf.tensor2d(createRng("z").normals(2 * 4), [2, 4]);

it("starts at 0, and the whole grid in another order gives the same in that order", () => {
  const params = initPrenorm(config, createRng(5));
  const pi = reconstructor(config);
  expect(largest(pi.forward(tensorsOf(params), tokens, z).dataSync())).toBe(0);
  const awake = tensorsOf({
    ...params,
    output: { weight: float32([5, 8], createRng(6).normals(40)), bias: float32([5]) },
  });
  const order = [4, 0, 5, 2, 1, 3];
  const shuffled = pi.forward(awake, tf.gather(tokens, order, 1), z, tf.tensor2d([order, order], [2, 6], "int32"));
  expectClose(shuffled.dataSync(), tf.gather(pi.forward(awake, tokens, z), order, 1).dataSync(), { rtol: 1e-4, atol: 1e-5 }, "shuffled");
});
