import { createRng, float32, listOf, type NdArray, type Tree } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import { descend, differentiate, leaves } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { reconstructionLoss } from "./loss.js";
import { initTokenMlp, tokenMlp, type TokenMlpParams } from "./token-mlp.js";

// B = 2 images, N = 6 places, T = 4 of them, D = 5, Z = 3, W = 8, F = 7: all different
const config = { kind: "token-mlp", channels: 5, grid: [2, 3], zSize: 3, width: 8, hidden: 7, blocks: 2 } as const;
const fresh = initTokenMlp(config, createRng("token-mlp"));
const awake = { ...fresh, output: { weight: normal("w", 5, 8), bias: normal("b", 5) } };
const tokens = tensor3("tokens", 2, 6, 5);
const z = tf.tensor2d(createRng("z").normals(6), [2, 3]);

it("the plain definition, written with arrays", () => {
  const at = [
    [5, 0, 3, 1],
    [2, 2, 4, 0],
  ];
  const some = tensor3("some", 2, 4, 5);
  const output = tokenMlp(tensorsOf(awake) as TokenMlpParams, some, z, tf.tensor2d(at, [2, 4], "int32"));
  const expected = some.arraySync().flatMap((image, b) => image.flatMap((token, t) => plain(awake, token, z.arraySync()[b]!, at[b]![t]!)));
  expectClose(output.dataSync(), expected, { rtol: 1e-5, atol: 3e-6 }, "output");
});

describe("properties", () => {
  it("the first reconstruction is 0", () => {
    expect(largest(tokenMlp(tensorsOf(fresh) as TokenMlpParams, tokens, z).dataSync())).toBe(0);
  });

  it("tokens with their positions in another order give the same in that order", () => {
    const params = tensorsOf(awake) as TokenMlpParams;
    const order = [4, 0, 5, 2, 1, 3];
    const whole = tokenMlp(params, tokens, z);
    const shuffled = tokenMlp(params, tf.gather(tokens, order, 1), z, tf.tensor2d([order, order], [2, 6], "int32"));
    expectClose(shuffled.dataSync(), tf.gather(whole, order, 1).dataSync(), { rtol: 1e-6, atol: 1e-6 }, "shuffled");
  });

  it("a token does not see its neighbours, but its place and its image", () => {
    const params = tensorsOf(awake) as TokenMlpParams;
    const alike = tf.ones<tf.Rank.R3>([2, 6, 5]);
    const [first, second] = tokenMlp(params, alike, z).arraySync() as [number[][], number[][]];
    expect(first[0]).not.toEqual(first[1]);
    expect(first[0]).not.toEqual(second[0]);
    const moved = tf.concat([alike.slice([0, 0, 0], [2, 1, 5]), tf.zeros<tf.Rank.R3>([2, 5, 5])], 1);
    const again = tokenMlp(params, moved, z).arraySync();
    expectClose(again[0]![0]!, first[0]!, { rtol: 1e-6, atol: 1e-7 }, "first token");
  });

  it("every weight gets a gradient, positions only where a token stands", () => {
    const at = tf.tensor2d([0, 1, 1, 3, 4, 0, 3, 1], [2, 4], "int32"); // nothing at 2 and 5
    const some = tensor3("some", 2, 4, 5);
    const { gradients } = differentiate(awake, (p) =>
      reconstructionLoss(tokenMlp(p as TokenMlpParams, some, z, at), tensor3("target", 2, 4, 5)),
    );
    const silent = Object.entries(gradients).filter(([, gradient]) => !(largest(gradient) > 1e-6));
    expect(silent).toEqual([]);
    const rows = Array.from({ length: 6 }, (_, i) => largest(gradients["position"]!.subarray(8 * i, 8 * i + 8)) > 0);
    expect(rows).toEqual([true, true, false, true, true, false]);
  });

  it("the loss falls on one batch", () => {
    const { losses } = descend(fresh, (p) => reconstructionLoss(tokenMlp(p as TokenMlpParams, tokens, z), tokens), 30, 0.3);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  });

  it("one token, one image; and a token of zeros is no trouble", () => {
    const one = tokenMlp(tensorsOf(awake) as TokenMlpParams, tf.zeros([1, 1, 5]), tf.zeros([1, 3]), tf.zeros([1, 1], "int32"));
    expect(one.shape).toEqual([1, 1, 5]);
    expect([...one.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it("a part of the grid without positions is refused", () => {
    expect(() => tokenMlp(tensorsOf(fresh) as TokenMlpParams, tf.zeros([2, 4, 5]), z)).toThrow(
      expect.objectContaining({ code: "LTAD_SHAPE", message: expect.stringContaining("all 6 tokens") }),
    );
  });
});

it("the same seed gives the same parameters", () => {
  expect(leaves(initTokenMlp(config, createRng("token-mlp")))).toEqual(leaves(fresh));
  expect(leaves(initTokenMlp(config, createRng("other")))["input.weight"]).not.toEqual(fresh.input.weight);
});

it("at the recommended size (four stages of B0, 24 x 24) it has 1.2 M parameters", () => {
  const params: Tree<NdArray> = initTokenMlp({ kind: "token-mlp", channels: 368, grid: [24, 24], zSize: 320 }, createRng(1));
  const count = Object.values(leaves(params)).reduce((sum, { data }) => sum + data.length, 0);
  expect(count).toBe(1_209_456);
});

/** Pi of one token, after method.md "Recommended settings" 6. */
function plain(p: typeof awake, token: number[], image: number[], place: number): number[] {
  let h = affine(p.input, token).map((x, i) => x + p.position.data[8 * place + i]!);
  h = add(h, affine(p.z, image));
  for (const block of listOf(p.blocks)) h = add(h, affine(block.linear2, affine(block.linear1, normalise(block.norm, h)).map(plainGelu)));
  return affine(p.output, normalise(p.norm, h));
}

type Affine = { weight: NdArray; bias: NdArray };

function affine({ weight, bias }: Affine, x: number[]): number[] {
  return [...bias.data].map((b, o) => x.reduce((sum, value, i) => sum + value * weight.data[o * x.length + i]!, b));
}

function normalise({ weight, bias }: Affine, x: number[]): number[] {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * weight.data[i]! + bias.data[i]!);
}

/** x Phi(x), Phi by the midpoint rule. */
function plainGelu(x: number): number {
  const steps = 4000;
  let integral = 0;
  for (let i = 0; i < steps; i++) integral += Math.exp(-((((i + 0.5) * x) / steps) ** 2) / 2);
  return x * (0.5 + (integral * x) / steps / Math.sqrt(2 * Math.PI));
}

function add(a: number[], b: number[]): number[] {
  return a.map((x, i) => x + b[i]!);
}

function tensor3(seed: string, ...shape: [number, number, number]): tf.Tensor3D {
  return tf.tensor3d(createRng(seed).normals(shape[0] * shape[1] * shape[2]), shape);
}

function normal(seed: string, ...shape: number[]): NdArray {
  return float32(shape, createRng(seed).normals(shape.reduce((a, b) => a * b)));
}
