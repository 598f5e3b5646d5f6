import { createRng, float32, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import { descend, differentiate, leaves } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { planDecoder } from "./decoder-plan.js";
import { conditionalVae, sample, type VaeParams } from "./vae.js";

// B = 2 images, grid 5, stages of 2, 3 and 4 channels, Z = 7, E = 3, L = 4, W = 6
const stages = [
  { stage: 2, channels: 2, stride: 4 },
  { stage: 5, channels: 3, stride: 16 },
  { stage: 6, channels: 4, stride: 32 },
];
const config = { stages, grid: 5, gridStride: 16, zSize: 7, textSize: 3, latent: 4, width: 6 };
const vae = conditionalVae(config);
const params = vae.init(createRng("vae"));
const random = (seed: string, ...shape: number[]) => tf.tensor(createRng(seed).normals(shape.reduce((a, b) => a * b)), shape);
const z = random("z", 2, 7) as tf.Tensor2D;
const eps = random("eps", 2, 4) as tf.Tensor2D;
const text = random("text", 2, 3) as tf.Tensor2D;
const real = random("real", 2, 25, 9).add<tf.Tensor3D>(1);

function loss(p: VaeParams, beta: number | tf.Scalar = 1e-3) {
  const latent = vae.encode(p, z);
  return vae.loss(real, vae.decode(p, sample(latent, eps), text), latent, beta);
}

describe("the way through D", () => {
  const grid24 = {
    stages: [...stages.slice(0, 1), { stage: 3, channels: 5, stride: 8 }, ...stages.slice(1)],
    grid: 24,
    gridStride: 16,
    textSize: 1,
  };

  const way = (config: Parameters<typeof planDecoder>[0]) => {
    const { seed, levels } = planDecoder(config);
    return [
      `${seed.size}`,
      ...levels.map(({ stage, steps }) => `${stage}: ${steps.map((s) => `${s.kind} ${s.size} (${s.inputs} to ${s.outputs})`).join(", ")}`),
    ];
  };

  it("recommended: from 3 to the deepest stage's 12, to 24, then a convolution for each stage", () => {
    expect(way(grid24)).toEqual([
      "3",
      "6: up 6 (64 to 64), up 12 (64 to 64)",
      "5: up 24 (64 to 32)",
      "3: same 24 (32 to 32)",
      "2: same 24 (32 to 32)",
    ]);
  });

  it("paper: an odd grid, every stage at it", () => {
    const paper = [1, 2, 3, 5].map((stage, i) => ({ stage, channels: 1, stride: 2 ** (i + 1) }));
    expect(way({ stages: paper, grid: 14, gridStride: 16, textSize: 1, width: 10 })).toEqual([
      "2",
      "5: up 4 (10 to 10), up 7 (10 to 10), up 14 (10 to 5)",
      "3: same 14 (5 to 5)",
      "2: same 14 (5 to 5)",
      "1: same 14 (5 to 5)",
    ]);
  });

  it("stages out of order are refused", () => {
    expect(() => conditionalVae({ ...config, stages: stages.toReversed() }).init(createRng(1))).toThrow(
      /ascending order, received \[6, 5, 2\]/,
    );
    expect(() => conditionalVae({ ...config, stages: [] }).init(createRng(1))).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  });
});

describe("f_syn", () => {
  const weights = tensorsOf(params);

  it("tokens of the grid, with the stages in ascending order", () => {
    expect(vae.decode(weights, eps, text).shape).toEqual([2, 25, 9]);
    const token = vae
      .decode(tensorsOf(withHead(5, [7, 8, 9])), eps, text)
      .slice([0, 0, 0], [1, 1, 9])
      .dataSync();
    expect(Array.from(token.slice(2, 5))).toEqual([7, 8, 9]);
  });

  it("depends on the class and on the latent", () => {
    const one = vae.decode(weights, eps, text);
    expect(largest(one.sub(vae.decode(weights, eps, text.neg())).dataSync())).toBeGreaterThan(1e-3);
    expect(largest(one.sub(vae.decode(weights, eps.neg(), text)).dataSync())).toBeGreaterThan(1e-3);
  });

  it("each image on its own", () => {
    const whole = vae.decode(weights, eps, text).slice([1, 0, 0], [1, 25, 9]);
    const alone = vae.decode(weights, eps.slice([1, 0], [1, 4]), text.slice([1, 0], [1, 3]));
    expectClose(alone.dataSync(), whole.dataSync(), { rtol: 1e-5, atol: 1e-6 }, "second image");
  });

  it("a constant map of a coarse stage is constant on the grid", () => {
    const map = vae.decode(tensorsOf(withHead(6, [1, 2, 3, 4])), eps, text).slice([0, 0, 5], [2, 25, 4]);
    expectClose(map.dataSync(), Array.from({ length: 50 }, () => [1, 2, 3, 4]).flat(), { rtol: 1e-6, atol: 0 }, "map");
  });
});

describe("the loss of phase 1", () => {
  it("is the sum over stages of mean squares, plus beta KL", () => {
    const parts = tf.tidy(() => Object.fromEntries(Object.entries(loss(tensorsOf(params), 0.5)).map(([k, v]) => [k, v.dataSync()[0]!])));
    const synthetic = tf.tidy(() => {
      const weights = tensorsOf(params);
      return vae.decode(weights, sample(vae.encode(weights, z), eps), text).arraySync();
    });
    const target = real.arraySync();
    const meanSquare = (from: number, to: number) => {
      const squares = synthetic.flatMap((image, b) =>
        image.flatMap((token, i) => token.slice(from, to).map((x, c) => (x - target[b]![i]![from + c]!) ** 2)),
      );
      return squares.reduce((a, b) => a + b) / squares.length;
    };
    const expected = { stage_2: meanSquare(0, 2), stage_5: meanSquare(2, 5), stage_6: meanSquare(5, 9) };
    for (const [name, value] of Object.entries(expected)) expectClose([parts[name]!], [value], { rtol: 1e-5, atol: 0 }, name);
    const reconstruction = expected.stage_2 + expected.stage_5 + expected.stage_6;
    expectClose([parts["reconstruction"]!], [reconstruction], { rtol: 1e-5, atol: 0 }, "reconstruction");
    expectClose([parts["loss"]!], [reconstruction + 0.5 * parts["kl"]!], { rtol: 1e-5, atol: 0 }, "loss");
  });

  it("every weight gets a gradient; beta may be a tensor", () => {
    const { gradients } = differentiate(params, (p) => loss(p).loss);
    expect(Object.entries(gradients).filter(([, gradient]) => !(largest(gradient) > 1e-8))).toEqual([]);
    const asTensor = differentiate(params, (p) => loss(p, tf.scalar(1e-3)).loss);
    expect(asTensor.gradients).toEqual(gradients);
  });

  it("falls on one batch", () => {
    const { losses } = descend(params, (p) => loss(p).loss, 20, 0.2);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });
});

it("the same seed gives the same parameters", () => {
  expect(leaves(vae.init(createRng("vae")))).toEqual(leaves(params));
});

/** Parameters under which a stage is the same everywhere. */
function withHead(stage: number, bias: number[]): VaeParams<NdArray> {
  const level = params.decoder.levels[stage]!;
  const head = { weight: float32(level.head.weight.shape), bias: float32([bias.length], bias) };
  return { ...params, decoder: { ...params.decoder, levels: { ...params.decoder.levels, [stage]: { ...level, head } } } };
}
