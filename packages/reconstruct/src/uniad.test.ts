import { createRng, type NdArray, type NdArrays, readSafetensors, type Tree, unflatten } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf, toTensor } from "@ltad/jit";
import { differentiate, leaves } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import golden from "./__fixtures__/uniad.json" with { type: "json" };
import { reconstructionLoss } from "./loss.js";
import { neighbourMask } from "./neighbour-mask.js";
import { jitter } from "./pseudo-anomaly.js";
import { reconstructor } from "./reconstructor.js";
import { initUniad, type MaskedAttentions, uniad, type UniadParams } from "./uniad.js";

const { arrays } = await readSafetensors(new URL("__fixtures__/uniad.safetensors", import.meta.url).pathname);
const grid = [4, 5] as const;
const params = unflatten<NdArray>(stripped(arrays, "param."));
const mask = neighbourMask(grid, [3, 3]);
const options = { heads: 4, mask, masked: [true, true, true] as MaskedAttentions };

describe("the official UniAD module", () => {
  it.each([
    ["all", [true, true, true]],
    ["none", [false, false, false]],
    ["encoder_and_second", [true, false, true]],
  ] as const)("reconstructs with the mask in: %s", (name, masked) => {
    const output = uniad(tensorsOf(params) as UniadParams, tokensOf("input"), { ...options, masked });
    expectClose(output.dataSync(), tokensOf(`output.${name}`).dataSync(), { rtol: 0, atol: 1e-5 }, name);
  });

  it("loss and the gradient of every parameter and of the input", () => {
    const { input, ...weights } = leaves({ ...params, input: arrayOf(tokensOf("input")) });
    const { loss, gradients } = differentiate({ weights: unflatten(weights), input: input! }, (p) =>
      reconstructionLoss(uniad(p["weights"] as UniadParams, p["input"] as tf.Tensor3D, options), tokensOf("target")),
    );
    expectClose([loss], [golden.loss], { rtol: 0, atol: 2e-6 }, "loss");
    const expected = stripped(arrays, "grad.");
    expect(Object.keys(expected).sort()).toEqual(Object.keys(weights).sort());
    for (const [name, { data }] of Object.entries(expected)) {
      const atol = 1e-5 * Math.max(largest(data), 1e-2); // the key third of in_proj_bias has the true gradient 0
      expectClose(gradients[`weights.${name}`]!, data, { rtol: 0, atol }, name);
    }
    const inputGradient = tokensOf("grad_input").dataSync();
    expectClose(gradients["input"]!, inputGradient, { rtol: 0, atol: 1e-5 * largest(inputGradient) }, "input");
  });

  it("jitters tokens with given noise", () => {
    const toTokens = (name: string) => toTensor(arrays[name]!).transpose<tf.Tensor3D>([1, 0, 2]); // the file holds [N, B, C]
    const jittered = jitter(tokensOf("clean"), toTokens("jitter.eps"), golden.config.jitter.scale);
    expectClose(jittered.dataSync(), toTokens("jitter.output").dataSync(), { rtol: 1e-6, atol: 1e-6 }, "jitter");
  });
});

it("a new module has the official names and shapes", () => {
  const config = { kind: "uniad", channels: 24, grid, width: 32, heads: 4, encoderLayers: 2, decoderLayers: 2, hidden: 48 } as const;
  const shapesOf = (tree: Tree<NdArray>) => Object.fromEntries(Object.entries(leaves(tree)).map(([name, { shape }]) => [name, [...shape]]));
  expect(shapesOf(initUniad(config, createRng(1)))).toEqual(shapesOf(params));
});

it("a head that does not divide the width is refused", () => {
  const config = { kind: "uniad", channels: 4, grid, width: 30, heads: 4 } as const;
  expect(() => initUniad(config, createRng(1))).toThrow(/4 heads/);
});

it("wants the whole grid", () => {
  const pi = reconstructor({ kind: "uniad", channels: 3, grid: [8, 9], width: 4, heads: 2, encoderLayers: 1, decoderLayers: 1, hidden: 2 });
  const weights = tensorsOf(pi.init(createRng(3)));
  const z = tf.zeros<tf.Rank.R2>([2, 1]);
  expect(pi.wholeGrid).toBe(true);
  expect(pi.forward(weights, tf.ones([2, 72, 3]), z).shape).toEqual([2, 72, 3]);
  expect(() => pi.forward(weights, tf.ones([2, 71, 3]), z)).toThrow(/all 72 tokens/);
  expect(() => pi.forward(weights, tf.ones([2, 72, 3]), z, tf.zeros([2, 72], "int32"))).toThrow(/token-mlp/);
});

/** [B, C, H, W] of the file as tokens [B, N, C]. */
function tokensOf(name: string): tf.Tensor3D {
  const maps = toTensor(arrays[name]!); // [B, C, H, W]
  const [batch, channels] = maps.shape as [number, number];
  return maps.reshape([batch, channels, -1]).transpose([0, 2, 1]);
}

function arrayOf(tensor: tf.Tensor): NdArray {
  return { dtype: "float32", shape: tensor.shape, data: tensor.dataSync() as Float32Array };
}

function stripped(named: NdArrays, prefix: string): Record<string, NdArray> {
  const chosen = Object.entries(named).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, array]) => [name.slice(prefix.length), array]));
}
