import { createRng } from "@ltad/core";
import { wrongCalls } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import * as api from "./index.js";

const rng = createRng(1);
const grid = [2, 2] as const;
const mlp = { kind: "token-mlp", channels: 2, grid, zSize: 3, width: 4, hidden: 4, blocks: 1 } as const;
const norm = { kind: "prenorm", channels: 2, grid, zSize: 3, width: 4, heads: 2, hidden: 4, layers: 1 } as const;
const full = {
  kind: "uniad",
  channels: 2,
  grid,
  width: 4,
  heads: 2,
  hidden: 4,
  encoderLayers: 1,
  decoderLayers: 1,
  neighbours: [1, 1],
} as const;
const [tokens, z] = [tf.ones([1, 4, 2]), tf.ones([1, 3])];

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Readonly<Record<string, readonly unknown[]>> = {
  reconstructor: [mlp],
  initTokenMlp: [mlp, rng],
  tokenMlp: [tensorsOf(api.initTokenMlp(mlp, rng)), tokens, z],
  initPrenorm: [norm, rng],
  prenorm: [tensorsOf(api.initPrenorm(norm, rng)), tokens, z, 2],
  initUniad: [full, rng],
  uniad: [tensorsOf(api.initUniad(full, rng)), tokens, { heads: 2, masked: [true, true, true] }],
  neighbourMask: [grid, [1, 1]],
  reconstructionLoss: [tokens, tokens],
  squaredError: [tokens, tokens],
  jitter: [tokens, tokens, 20],
  displace: [tokens, tokens, tf.ones([1, 4])],
};
/** Functions with an argument of options, whose keys are known. */
const closed = new Set(["reconstructor", "initTokenMlp", "initPrenorm", "initUniad"]);

it("has a right call of every function", () => expect(Object.keys(api).sort()).toEqual(Object.keys(calls).sort()));

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = functions[name] as (...args: never[]) => unknown;
  run(...(args as never[]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => closed.has(name) || !fault.includes("unknown key"))).toEqual([]);
});
