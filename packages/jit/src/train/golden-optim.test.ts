import { readFileSync } from "node:fs";
import { decodeSafetensors, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { trainStep } from "../index.js";

interface Run {
  class: string;
  options: { lr: number; betas: [number, number]; eps: number; weight_decay: number };
  max_norm: number | null;
  losses: number[];
  gradient_norms_before_clip: number[];
}

const folder = new URL("../__fixtures__/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("optim.json", folder), "utf8")) as { parameters: string[]; runs: Record<string, Run> };
const { arrays } = decodeSafetensors(readFileSync(new URL("optim.safetensors", folder)), "optim.safetensors");
const array = (name: string) => arrays[name]!;

type Layer = { weight: NdArray; bias: NdArray };
const layer = (i: number): Layer => ({ weight: array(`initial.layer${i}.weight`), bias: array(`initial.layer${i}.bias`) });
const params = { layer1: layer(1), layer2: layer(2), layer3: layer(3) };

function compile(run: Run, engine: "onnx" | "tensorflow") {
  const { betas, eps, weight_decay: weightDecay } = run.options;
  return trainStep({
    params,
    engine,
    threads: 1,
    inputs: { x: { dtype: "float32", shape: [11, 5] }, y: { dtype: "float32", shape: [11, 3] } },
    optimiser: {
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay,
      ...(run.max_norm === null ? {} : { clipNorm: run.max_norm }),
    },
    loss: ({ layer1, layer2, layer3 }, { x, y }) => {
      const linear = (p: typeof layer1, h: tf.Tensor) => tf.matMul(h, p.weight, false, true).add(p.bias);
      const output = linear(layer3, linear(layer2, linear(layer1, x).tanh()).tanh());
      return { loss: output.squaredDifference(y).mean<tf.Scalar>() };
    },
  });
}

const kinds = ["adamw", "adamw_betas", "adamw_no_decay", "adam"];
const runs = kinds.flatMap((kind) => ["none", "clip", "clip_sometimes"].map((clip) => `${kind}.${clip}`));

describe.each(["onnx", "tensorflow"] as const)("AdamW on %s, against torch", (engine) => {
  it.each(runs)("%s: losses, norms and parameters of 20 steps", async (name) => {
    const run = golden.runs[name]!;
    const program = await compile(run, engine);
    const at = { learningRate: run.options.lr };
    for (let step = 1; step <= 20; step++) {
      const { loss, gradient_norm: norm } = await program.step({ x: array("data.x"), y: array("data.y") }, at);
      expectClose([loss], [run.losses[step - 1]!], { rtol: 3e-6, atol: 0 }, `loss of step ${step}`);
      expectClose([norm], [run.gradient_norms_before_clip[step - 1]!], { rtol: 2e-5, atol: 0 }, `norm of step ${step}`);
      const atol = { 1: 1e-6, 5: 3e-6, 20: 1e-5 }[step];
      if (atol === undefined) continue;
      const state = program.state();
      for (const p of golden.parameters) {
        const [actual, expected] = [state[`params.${p}`]!, array(`${name}.step${step}.${p}`)];
        expect(actual.shape).toEqual(expected.shape);
        expectClose(actual.data, expected.data, { rtol: 0, atol }, `${p} after step ${step}`);
      }
    }
    await program.dispose();
  });
});
