import { createRng } from "@ltad/core";
import { wrongCalls } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import * as api from "./index.js";

const rng = createRng(1);
const config = { kind: "linear", logit: "direction", groups: [2], textSize: 3 } as const;
const [tokens, text, row] = [tf.ones([1, 4, 2]), tf.ones([1, 3]), tf.ones([1, 4])];
const projected = tf.ones([1, 4, 3]);

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Readonly<Record<string, readonly unknown[]>> = {
  semantic: [config],
  initProjections: [[2], [3], rng],
  project: [tensorsOf(api.initProjections([2], [3], rng)), tokens],
  directionLogit: [{ scale: tf.scalar(1), bias: tf.scalar(0) }, projected, text, text],
  posteriorLogit: [{ log_scale: tf.scalar(0) }, projected, text, text],
  semanticLoss: [row, row],
  posterior: [row],
  textPrototypes: [(x: tf.Tensor3D) => x.mean(1), { normal: tf.ones([1, 3]), abnormal: tf.ones([2, 3]) }, tf.ones([2, 2, 3])],
};
/** Functions with an argument of options, whose keys are known. */
const closed = new Set(["semantic", "textPrototypes"]);

it("has a right call of every function", () => expect(Object.keys(api).sort()).toEqual(Object.keys(calls).sort()));

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = functions[name] as (...args: never[]) => unknown;
  run(...(args as never[]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => closed.has(name) || !fault.includes("unknown key"))).toEqual([]);
});
