import { createRng, flatten, isNdArray, type NdArray, type NdArrays, unflatten } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { type TensorsFor, tensorsOf, type TensorsOf } from "@ltad/jit";
import { differentiate } from "@ltad/jit/testing";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  configs,
  plainWhitened,
  randomImages,
  randomised,
  randomPrototypes,
  randomStatistics,
  setOf,
  spec,
  sum,
  valueAt,
} from "../testing/tiny-set.js";
import type { TrainConfig } from "../config/config-schema.js";
import { detectBatches } from "./detect-batches.js";
import { type DetectInputs, detectLoss, type DetectParams } from "./detect-loss.js";
import { headConfig } from "../head/head-config.js";

// B 5 images, T 9 or all 16 tokens, C 13 channels. Pi and Phi are held by their own packages:
// the definition gives them plainly computed patches, one image at a time.

const cases = (["recommended", "paper"] as const).map((preset) => ({ preset, ...fixture(configs[preset]) }));

describe.each(cases)("detectLoss, preset $preset", ({ config, head, params, statistics, prototypes }) => {
  it("is mean((Pi(p_a) - p_n)^2) plus the mean cross entropy of both halves", async () => {
    const batch = await batchOf(config);
    const { loss, reconstruction, semantic: sad } = lossOf(params, batch);
    const expected = plain(batch);
    expectClose([reconstruction], [expected.reconstruction], { rtol: 1e-5, atol: 0 }, "reconstruction");
    expectClose([sad], [expected.semantic], { rtol: 1e-5, atol: 0 }, "semantic");
    expectClose([loss], [expected.reconstruction + expected.semantic], { rtol: 1e-5, atol: 0 }, "loss");
  });

  it("every learned parameter receives a gradient", async () => {
    const gradients = gradientsOf(await batchOf(config));
    const silent = Object.keys(gradients).filter((name) => !(largest(gradients[name]!) > 1e-7));
    expect(silent).toEqual([]);
    expect(Object.keys(gradients).every((name) => /^(pi|phi)\./.test(name))).toBe(true);
  });

  it("falls along its gradient by as much as the gradient says", async () => {
    const batch = await batchOf(config);
    const gradients = gradientsOf(batch);
    const squared = sum(Object.values(gradients).map((gradient) => sum([...gradient].map((x) => x * x))));
    const step = 1e-2 / Math.sqrt(squared);
    const moved = (sign: number) => {
      const flat = Object.entries(flatten<NdArray>(params, isNdArray));
      return unflatten(
        Object.fromEntries(flat.map(([name, a]) => [name, { ...a, data: a.data.map((x, i) => x + sign * step * gradients[name]![i]!) }])),
      ) as DetectParams;
    };
    const slope = (lossOf(moved(1), batch).loss - lossOf(moved(-1), batch).loss) / (2 * step);
    expectClose([slope], [squared], { rtol: 0.02, atol: 0 }, "slope");
  });

  const loss = detectLoss(config.anomaly, head);
  const frozen = () => tensorsOf({ tables: { ...statistics }, prototypes });
  const tensorsOfBatch = (batch: NdArrays) => tensorsOf(batch) as TensorsFor<DetectInputs>;

  function lossOf(learned: DetectParams, batch: NdArrays) {
    const found = loss(tensorsOf(learned), tensorsOfBatch(batch), frozen());
    return { loss: found.loss.arraySync(), reconstruction: found.reconstruction.arraySync(), semantic: found.semantic.arraySync() };
  }

  function gradientsOf(batch: NdArrays): Record<string, Float32Array> {
    return differentiate(params, (learned) => loss(learned as TensorsOf<DetectParams>, tensorsOfBatch(batch), frozen()).loss).gradients;
  }

  function plain(batch: NdArrays) {
    const [images, tokens] = batch["positions"]!.shape as [number, number];
    const errors: number[] = [];
    const entropies: number[] = [];
    for (let b = 0; b < images; b++) {
      const label = valueAt(batch["label"]!, b);
      const pairs = Array.from({ length: tokens }, (_, t) => patchOf(batch, b, t, label));
      const [normal, abnormal] = [pairs.map((pair) => pair.normal), pairs.map((pair) => pair.abnormal)];
      const z = Array.from(
        { length: 7 },
        (_, d) => (valueAt(batch["z"]!, b, d) - valueAt(statistics.zMean, d)) / valueAt(statistics.zDeviation, d),
      );
      const places = Array.from({ length: tokens }, (_, t) => valueAt(batch["positions"]!, b, t));
      const module = reconstructor(head.reconstruct!);
      const at = module.wholeGrid ? undefined : tf.tensor2d([places], [1, tokens], "int32");
      const [output] = module.forward(tensorsOf(params.pi), tf.tensor3d([abnormal]), tf.tensor2d([z]), at).arraySync();
      errors.push(...output!.flatMap((token, t) => token.map((x, i) => (x - normal[t]![i]!) ** 2)));
      const text = (name: "normal" | "abnormal") => tf.tensor2d([Array.from({ length: 8 }, (_, i) => valueAt(prototypes[name], label, i))]);
      const logits = (patches: number[][]) =>
        semantic(head.semantic!)
          .forward(tensorsOf(params.phi), tf.tensor3d([patches]), text("normal"), text("abnormal"))
          .arraySync()[0]!;
      entropies.push(
        ...logits(normal).map((logit) => Math.log(1 + Math.exp(logit))),
        ...logits(abnormal).map((logit) => Math.log(1 + Math.exp(-logit))),
      );
    }
    return { reconstruction: sum(errors) / errors.length, semantic: sum(entropies) / entropies.length };
  }

  /** p_n and p_a of one token. */
  function patchOf(batch: NdArrays, b: number, t: number, label: number): { normal: number[]; abnormal: number[] } {
    const read = (name: string) => Array.from({ length: 13 }, (_, c) => valueAt(batch[name]!, b, t, c));
    const at = { label, place: valueAt(batch["positions"]!, b, t) };
    const [features, noise, { anomaly }] = [read("features"), read("noise"), config];
    const normal = plainWhitened(statistics, features, { ...at, part: "patch" });
    if (anomaly.kind === "jitter") {
      const length = Math.sqrt(sum(normal.map((x) => x * x)));
      return { normal, abnormal: normal.map((x, i) => x + ((anomaly.alpha * length) / normal.length) * noise[i]!) };
    }
    const away = read("foreign").map((value, c) => value - features[c]!);
    const direction = valueAt(batch["isForeign"]!, b, t) === 1 ? plainWhitened(statistics, away, { ...at, part: "way" }) : noise;
    const length = Math.sqrt(sum(direction.map((x) => x * x)));
    const reach = valueAt(batch["size"]!, b, t) * Math.sqrt(13);
    return { normal, abnormal: normal.map((x, i) => x + (reach * direction[i]!) / length) };
  }
});

it.each(["semantic", "reconstruction"] as const)("without its module the loss %s is 0", async (other) => {
  const none = { kind: "none" } as const;
  const config = { ...configs.recommended, ...(other === "semantic" ? { semantic: none } : { reconstruct: none }) };
  const { params, statistics, prototypes } = fixture(configs.recommended);
  const batch = tensorsOf(await batchOf(config)) as TensorsFor<DetectInputs>;
  const losses = detectLoss(config.anomaly, headConfig(config, spec, 8))(
    tensorsOf(params),
    batch,
    tensorsOf({ tables: { ...statistics }, prototypes }),
  );
  expect(losses[other].arraySync()).toBe(0);
  expect(losses.loss.arraySync()).toBeGreaterThan(0);
});

function fixture(config: TrainConfig) {
  const head = headConfig(config, spec, 8);
  const rng = createRng(`detect-loss/${config.preset}`);
  const fresh = { pi: reconstructor(head.reconstruct!).init(rng), phi: semantic(head.semantic!).init(rng) };
  const params = { pi: randomised(fresh.pi, "pi"), phi: randomised(fresh.phi, "phi") };
  return {
    config,
    head,
    params,
    statistics: randomStatistics(rng, config.whitening.by),
    prototypes: randomPrototypes(rng),
  };
}

function batchOf(config: TrainConfig): Promise<NdArrays> {
  const set = setOf(randomImages(createRng("images")));
  const noise = { take: (size: number) => createRng("noise").normals(size) };
  return detectBatches({ set, spec, config }, { mixing: undefined, noise })(0, createRng("step"));
}
