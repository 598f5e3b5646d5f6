import { createRng } from "@ltad/core";
import { wrongCalls } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import * as api from "./index.js";

const rng = createRng(1);
const stages = [{ stage: 1, channels: 2, stride: 8 }];
const config = { stages, grid: 4, gridStride: 8, textSize: 3, zSize: 3, latent: 2, width: 4 };
const latent = { mu: tf.ones([1, 2]), logVar: tf.ones([1, 2]) };

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Readonly<Record<string, readonly unknown[]>> = {
  conditionalVae: [config],
  sample: [latent, tf.ones([1, 2])],
  klDivergence: [latent],
  klWeight: [1, { beta: 1, warmup: 3 }],
  vaeLoss: [tf.ones([1, 4, 2]), tf.ones([1, 4, 2]), latent, stages, 0.1],
  realProbability: [[1, 2], { pMin: 0.5 }],
  initClassNames: [2, 2, new Float32Array(3), rng, 0.1],
  classTexts: [(x: tf.Tensor3D) => x.mean(1), tf.ones([2, 2, 3])],
};
/** Functions with an argument of options, whose keys are known. */
const closed = new Set(["conditionalVae", "sample", "klDivergence", "klWeight", "realProbability"]);

it("has a right call of every function", () => expect(Object.keys(api).sort()).toEqual(Object.keys(calls).sort()));

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = functions[name] as (...args: never[]) => unknown;
  run(...(args as never[]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => closed.has(name) || !fault.includes("unknown key"))).toEqual([]);
});
