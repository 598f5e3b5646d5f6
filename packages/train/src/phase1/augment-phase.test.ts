import { createRng, flatten, floats, isNdArray, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tinyTextEncoder } from "@ltad/encoder/testing";
import { tensorsOf } from "@ltad/jit";
import { conditionalVae, sample } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configs, labels, randomImages, randomStatistics, setOf, spec, sum, valueAt } from "../testing/tiny-set.js";
import type { AugmentInputs, AugmentParams } from "./augment-loss.js";
import { augmentPhase, vaeConfig } from "./augment-phase.js";
import type { TrainConfig } from "../config/config-schema.js";
import type { Phase } from "../run/phase.js";

// B 3 images a step, N 16 tokens, C 13 channels, latent 4, 3 classes of 4 name tokens. The VAE and T are held by their own packages.

const config: TrainConfig = {
  ...configs.recommended,
  augment: { ...configs.recommended.augment, steps: 10, warmup: 2, learningRate: 0.01, weightDecay: 0, beta: 0.5, betaWarmup: 4 },
};
const text = tinyTextEncoder(createRng("augment-phase"));
const images = randomImages(createRng("augment"));
const statistics = randomStatistics(createRng("statistics"), "class");
let phase: Phase<AugmentParams, AugmentInputs>;

beforeAll(async () => {
  phase = await augmentPhase({ set: setOf(images), spec, config, text, seed: 5, statistics });
});
afterAll(() => phase.program.dispose());

describe("a batch of phase 1", () => {
  it("whole images with their z and class; the same generator gives the same batch", async () => {
    const batch = await phase.batch(1, createRng("step"));
    for (let b = 0; b < 3; b++) {
      const image = images.findIndex(({ z }) => z.data[0] === valueAt(batch.z, b, 0));
      expect(valueAt(batch.label, b)).toBe(labels[image]);
      expect(floats(batch.z, "z").slice(b * 7, (b + 1) * 7)).toEqual(images[image]!.z.data);
      expect(floats(batch.features, "features").slice(b * 208, (b + 1) * 208)).toEqual(images[image]!.features.data);
    }
    expect(await phase.batch(1, createRng("step"))).toEqual(batch);
    expect((await phase.batch(1, createRng("other"))).eps).not.toEqual(batch.eps);
  });

  it("beta grows from 0 in a line and stays", async () => {
    const betas = await Promise.all([0, 1, 3, 4, 9].map(async (step) => valueAt((await phase.batch(step, createRng(step))).beta)));
    expect(betas).toEqual([0, 0.125, 0.375, 0.5, 0.5]);
  });

  it("the rate warms up and ends near 0", () => {
    expectClose(
      [0, 1, 2, 10].map((step) => phase.learningRate(step)),
      [0.005, 0.01, 0.01, 0],
      { rtol: 1e-12, atol: 1e-12 },
      "rate",
    );
  });
});

describe("a step of phase 1", () => {
  it("its loss is sum_l mean((f_real_l - f_syn_l)^2) + beta KL of standardised features", async () => {
    const params = phase.program.params();
    const batch = await phase.batch(2, createRng("loss"));
    const found = await phase.program.step(batch, { learningRate: 0 });
    const expected = plain(params, batch);
    expectClose([found["reconstruction"]!, found["kl"]!], [expected.reconstruction, expected.kl], { rtol: 1e-4, atol: 0 }, "parts");
    expectClose([found.loss], [expected.reconstruction + 0.25 * expected.kl], { rtol: 1e-4, atol: 0 }, "loss");
  });

  it("moves s_c of the classes it sees and all of the VAE, and has nothing else to move", async () => {
    const before = leaves(phase.program.params());
    expect(Object.keys(before).filter((name) => name !== "names" && !name.startsWith("vae."))).toEqual([]);
    const batch = await phase.batch(9, createRng("moves"));
    await phase.program.step(batch, { learningRate: 0.01 });
    const after = leaves(phase.program.params());
    const still = Object.keys(before).filter((name) => !(largest(difference(after[name]!, before[name]!)) > 0));
    expect(still).toEqual([]);
    const moved = difference(after["names"]!, before["names"]!);
    const seen = new Set(batch.label.data);
    for (const label of seen) expect(largest(moved.slice(label * 24, (label + 1) * 24))).toBeGreaterThan(0);
  });

  it("the loss falls on one batch", async () => {
    const batch = await phase.batch(9, createRng("falls"));
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) losses.push((await phase.program.step(batch, { learningRate: 0.01 })).loss);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });
});

/** The loss, one image at a time; F_mu, F_sigma, D and T get plainly standardised numbers. */
function plain(params: AugmentParams, batch: Readonly<Record<keyof AugmentInputs, NdArray>>) {
  const vae = conditionalVae(vaeConfig(config, spec, text.size));
  const learned = tensorsOf(params.vae);
  const names = tf.tensor3d(floats(params.names, "names"), [3, 4, 6]);
  const texts = text.forward(tensorsOf(text.params), names).arraySync();
  const [squares, divergences] = [new Map<number, number[]>(), [] as number[]];
  for (let b = 0; b < 3; b++) {
    const z = range(7, (d) => (valueAt(batch.z, b, d) - valueAt(statistics.zMean, d)) / valueAt(statistics.zDeviation, d));
    const gaussian = vae.encode(learned, tf.tensor2d([z]));
    const latent = sample(gaussian, tf.tensor2d([range(4, (i) => valueAt(batch.eps, b, i))]));
    const own = texts[valueAt(batch.label, b)]!;
    const unit = tf.tensor2d([own.map((x) => x / Math.hypot(...own))]);
    const synthetic = vae.decode(learned, latent, unit).arraySync()[0]!; // [N, C]
    for (const [n, token] of synthetic.entries()) {
      for (const [c, value] of token.entries()) {
        const real = (valueAt(batch.features, b, n, c) - valueAt(statistics.channelMean, c)) / valueAt(statistics.channelDeviation, c);
        const stage = [2, 3, 5].find((_, i) => c < [5, 7, 13][i]!)!;
        squares.set(stage, [...(squares.get(stage) ?? []), (real - value) ** 2]);
      }
    }
    const [mu, logVar] = [gaussian.mu.arraySync()[0]!, gaussian.logVar.arraySync()[0]!];
    divergences.push(sum(mu.map((m, i) => (Math.exp(logVar[i]!) + m ** 2 - 1 - logVar[i]!) / 2)));
  }
  return { reconstruction: sum([...squares.values()].map(mean)), kl: mean(divergences) };
}

function leaves(params: AugmentParams): Record<string, Float32Array> {
  const flat = Object.entries(flatten<NdArray>(params, isNdArray));
  return Object.fromEntries(flat.map(([name, array]) => [name, floats(array, name)]));
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((x, i) => x - b[i]!);
}

function range(n: number, of: (i: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => of(i));
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
