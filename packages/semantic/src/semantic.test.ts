import { createRng, listOf, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import { descend, differentiate } from "@ltad/jit/testing";
import { unitLength } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type DirectionParams, directionLogit } from "./logit.js";
import { project, type Projection } from "./project.js";
import { semantic, type SemanticConfig, type SemanticParams } from "./semantic.js";
import { semanticLoss } from "./loss.js";

// B = 2 images, T = 3 tokens, groups of 4 and 5 channels, E = 6, inner width 7: all different
const recommended: SemanticConfig = { kind: "mlp", logit: "direction", groups: [4, 5], textSize: 6, hidden: 7 };
const paper: SemanticConfig = { kind: "linear", logit: "posterior", groups: [4, 5], textSize: 6 };
const random = (seed: string, ...shape: number[]) => tf.tensor(createRng(seed).normals(shape.reduce((a, b) => a * b)), shape);
const tokens = random("tokens", 2, 3, 9) as tf.Tensor3D;
const [normal, abnormal] = [unitLength(random("normal", 2, 6) as tf.Tensor2D), unitLength(random("abnormal", 2, 6) as tf.Tensor2D)];

it("the recommended logit is a p_hat . (t_a - t_n)/||t_a - t_n|| + b, written with arrays", () => {
  const sad = semantic(recommended);
  const params = { ...sad.init(createRng(1)), logit: { scale: one(1.7), bias: one(-0.4) } };
  const actual = sad.forward(tensorsOf(params), tokens, normal, abnormal);
  const expected = tokens.arraySync().flatMap((image, b) => {
    const difference = abnormal.arraySync()[b]!.map((x, i) => x - normal.arraySync()[b]![i]!);
    const length = Math.hypot(...difference);
    return image.map((token) => {
      const [first, second] = listOf(params.phi).map((phi, g) => plainMlp(listOf(phi), g === 0 ? token.slice(0, 4) : token.slice(4)));
      const top = first!.map((x, i) => Math.max(x, second![i]!));
      return 1.7 * top.reduce((sum, x, i) => sum + (x * difference[i]!) / length, 0) - 0.4;
    });
  });
  expectClose(actual.dataSync(), expected, { rtol: 1e-5, atol: 3e-6 }, "logit");
});

it("one group is projected onto the direction at once, with the values and gradients of two steps", () => {
  const config: SemanticConfig = { ...recommended, groups: [9] };
  const params = { ...semantic(config).init(createRng(4)), logit: { scale: one(1.7), bias: one(-0.4) } };
  const inTwoSteps = ({ phi, logit }: SemanticParams) => directionLogit(logit as DirectionParams, project(phi, tokens), normal, abnormal);
  const forward = (p: SemanticParams) => semantic(config).forward(p, tokens, normal, abnormal);
  expectClose(forward(tensorsOf(params)).dataSync(), inTwoSteps(tensorsOf(params)).dataSync(), { rtol: 1e-5, atol: 1e-6 }, "logit");
  const gradients = (of: (p: SemanticParams) => tf.Tensor2D) =>
    differentiate(params, (p) => tf.sum<tf.Scalar>(tf.square(of(p as SemanticParams)))).gradients;
  const [found, expected] = [gradients(forward), gradients(inTwoSteps)];
  for (const name of Object.keys(expected)) expectClose(found[name]!, expected[name]!, { rtol: 1e-4, atol: 1e-5 }, name);
});

describe.each([
  ["recommended", recommended],
  ["paper", paper],
])("%s", (_, config) => {
  const sad = semantic(config);
  const params = sad.init(createRng("semantic"));
  const loss = (p: SemanticParams) =>
    semanticLoss(sad.forward(p, tokens, normal, abnormal), sad.forward(p, tokens.add(1), normal, abnormal));

  it("a token's logit does not depend on its neighbours or its place", () => {
    const order = [2, 0, 1];
    const weights = tensorsOf(params);
    const whole = sad.forward(weights, tokens, normal, abnormal);
    const shuffled = sad.forward(weights, tf.gather(tokens, order, 1), normal, abnormal);
    expectClose(shuffled.dataSync(), tf.gather(whole, order, 1).dataSync(), { rtol: 1e-6, atol: 1e-7 }, "shuffled");
  });

  it("the prompts swapped turn the sign", () => {
    const weights = tensorsOf(params);
    const turned = sad.forward(weights, tokens, abnormal, normal);
    expectClose(turned.dataSync(), sad.forward(weights, tokens, normal, abnormal).neg().dataSync(), { rtol: 1e-5, atol: 1e-6 }, "turned");
  });

  it("equal prompts say nothing, and break nothing", () => {
    expect(largest(sad.forward(tensorsOf(params), tokens, normal, normal).dataSync())).toBe(0);
    const { gradients } = differentiate(params, (p) =>
      semanticLoss(sad.forward(p, tokens, normal, normal), sad.forward(p, tokens, normal, normal)),
    );
    expect(
      Object.values(gradients)
        .flatMap((g) => [...g])
        .every(Number.isFinite),
    ).toBe(true);
  });

  it("every weight gets a gradient", () => {
    const { gradients } = differentiate(params, (p) => loss(p as SemanticParams));
    const silent = Object.entries(gradients).filter(([, gradient]) => !(largest(gradient) > 1e-7));
    expect(silent).toEqual([]);
  });

  it("the loss falls on one batch", () => {
    const { losses } = descend(params, (p) => loss(p as SemanticParams), 25, 0.5);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  });

  it("tokens of other features are refused", () => {
    expect(() => sad.forward(tensorsOf(params), tf.zeros([2, 3, 8]), normal, abnormal)).toThrow(
      expect.objectContaining({ code: "LTAD_SHAPE", message: expect.stringContaining("4 + 5 = 9 channels, received 8") }),
    );
  });
});

it("layers that tie share no gradient twice", () => {
  const sad = semantic({ ...paper, groups: [2, 2] });
  const { phi, logit } = sad.init(createRng(3));
  const twins = { phi: { 0: phi["0"], 1: phi["0"] }, logit } as SemanticParams<NdArray>;
  const same = tf.tile(random("same", 2, 3, 2), [1, 1, 2]) as tf.Tensor3D;
  const gradientOf = (p: SemanticParams<NdArray>, x: tf.Tensor3D) =>
    differentiate(p, (q) => semanticLoss(sad.forward(q, x, normal, abnormal), sad.forward(q, x, normal, abnormal).mul(2))).gradients;
  const tied = gradientOf(twins, same);
  const nearly = gradientOf({ ...twins, phi: { ...twins.phi, 1: lowered(phi["0"]) } }, same);
  const sum = tied["phi.0.0.bias"]!.map((x, i) => x + tied["phi.1.0.bias"]![i]!);
  expectClose(sum, nearly["phi.0.0.bias"]!, { rtol: 1e-5, atol: 1e-7 }, "bias");
});

/** The same map, a hair lower everywhere, so that it never wins. */
function lowered(phi: Projection<NdArray> | undefined): Projection<NdArray> {
  const { weight, bias } = listOf(phi!)[0]!;
  return { 0: { weight, bias: { ...bias, data: bias.data.map((x) => x - 1e-6) } } };
}

function plainMlp(layers: readonly { weight: NdArray; bias: NdArray }[], token: number[]): number[] {
  return layers.reduce((x, { weight, bias }, i) => {
    const inputs = i === 0 ? x : x.map(plainGelu);
    return [...bias.data].map((b, o) => inputs.reduce((sum, value, j) => sum + value * weight.data[o * inputs.length + j]!, b));
  }, token);
}

/** x Phi(x), Phi by the midpoint rule. */
function plainGelu(x: number): number {
  const steps = 4000;
  let integral = 0;
  for (let i = 0; i < steps; i++) integral += Math.exp(-((((i + 0.5) * x) / steps) ** 2) / 2);
  return x * (0.5 + (integral * x) / steps / Math.sqrt(2 * Math.PI));
}

function one(value: number): NdArray {
  return { dtype: "float32", shape: [], data: Float32Array.of(value) };
}
