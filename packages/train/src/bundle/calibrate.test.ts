import { createRng, flatten, float32, isNdArray, type NdArray, type Progress, unflatten } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { headTensors, type TrainedHead, trainedTensors } from "../head/head-graph.js";
import { rawScores, scoreHead } from "../head/head.js";
import { tensorsOf } from "@ltad/jit";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  configs,
  labels,
  randomImages,
  randomised,
  randomPrototypes,
  randomStatistics,
  setOf,
  spec,
  sum,
  valueAt,
} from "../testing/tiny-set.js";
import { calibrate } from "./calibrate.js";
import type { TrainConfig } from "../config/config-schema.js";
import { headConfig } from "../head/head-config.js";

// K 3 classes of 6, 3 and 1 images, N 16 tokens. rawScores is held by the detector's head.test.ts: here it is what is averaged.

const images = randomImages(createRng("calibrate"));
const set = setOf(images);
const N = spec.tokens;
const cases = (["recommended", "paper"] as const).map((preset) => ({ preset, ...fixture(configs[preset]) }));

describe.each(cases)("calibrate, preset $preset", ({ config, arrays }) => {
  it("means and deviations over the images of each class", async () => {
    const found = await calibrate(set, arrays, config, {});
    const raw = images.map((_, image) => rawOf(image));
    for (const label of [0, 1, 2]) {
      const own = raw.filter((_, image) => labels[image] === label);
      const error = mean(own.flatMap(({ errors }) => errors));
      const logits = own.flatMap((one) => one.logits);
      const deviation = Math.sqrt(mean(logits.map((logit) => (logit - mean(logits)) ** 2)));
      expectClose([valueAt(found.error, label)], [error], { rtol: 1e-5, atol: 0 }, `error ${label}`);
      expectClose([valueAt(found.logitMean, label)], [mean(logits)], { rtol: 1e-5, atol: 1e-5 }, `logitMean ${label}`);
      expectClose([valueAt(found.logitDeviation, label)], [deviation], { rtol: 1e-5, atol: 0 }, `logitDeviation ${label}`);
    }
    expect([found.error.shape, found.logitMean.shape, found.logitDeviation.shape]).toEqual([[3], [3], [3]]);
  });

  it("then a class's training normals have mean S_rec 1, and a standard logit of mean 0 and deviation 1", async () => {
    const calibration = await calibrate(set, arrays, config, {});
    const scored = { ...config, score: { ...config.score, semantic: "logit" as const } };
    const out = scoreHead(headTensors(tensorsOf({ ...arrays, calibration })), encoded(images, labels), scored);
    const [rec, sem] = [out.s_rec.arraySync(), out.s_sem.arraySync()];
    for (const label of [0, 1, 2]) {
      const of = (maps: number[][][]) => maps.filter((_, image) => labels[image] === label).flat(2);
      const logits = of(sem);
      expectClose([mean(of(rec)), mean(logits), mean(logits.map((x) => x * x))], [1, 0, 1], { rtol: 1e-4, atol: 1e-4 }, `class ${label}`);
    }
  });

  function rawOf(image: number) {
    const out = rawScores(trainedTensors(tensorsOf(arrays)), encoded([images[image]!], [labels[image]!]), config);
    return { errors: out.errors.arraySync()[0]!, logits: out.logits.arraySync()[0]! };
  }
});

it("what is perfect or constant leaves numbers one can divide by", async () => {
  const { arrays, config } = cases[0]!;
  const leaves = Object.entries(flatten<NdArray>(arrays.phi!, isNdArray));
  const phi = unflatten(Object.fromEntries(leaves.map(([name, { shape }]) => [name, float32(shape)]))) as NonNullable<typeof arrays.phi>;
  const { logitDeviation, logitMean } = await calibrate(set, { ...arrays, phi }, config, {});
  expect([...logitMean.data]).toEqual([0, 0, 0]);
  for (const value of logitDeviation.data) expect(value).toBeGreaterThan(0);
});

it("says how far it is, and stops when asked", async () => {
  const { arrays, config } = cases[0]!;
  const seen: Progress[] = [];
  const stopping = new AbortController();
  const onProgress = (progress: Progress) => (seen.push(progress), progress.done === 4 && stopping.abort());
  await expect(calibrate(set, arrays, config, { onProgress, signal: stopping.signal })).rejects.toMatchObject({
    code: "LTAD_ABORTED",
  });
  expect(seen.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4].map((done) => [done, 10]));
});

function fixture(config: TrainConfig) {
  const head = headConfig(config, spec, 8);
  const rng = createRng(`calibrate/${config.preset}`);
  const arrays: TrainedHead = {
    tables: { ...randomStatistics(rng, config.whitening.by) },
    pi: randomised(reconstructor(head.reconstruct!).init(rng), "pi"),
    phi: randomised(semantic(head.semantic!).init(rng), "phi"),
    prototypes: randomPrototypes(rng),
  };
  return { config: head, arrays };
}

function encoded(some: typeof images, classes: readonly number[]) {
  const stacked = (of: (image: (typeof images)[number]) => NdArray) => some.flatMap((image) => [...of(image).data]);
  return {
    features: tf.tensor3d(
      stacked(({ features }) => features),
      [some.length, N, spec.channels],
    ),
    z: tf.tensor2d(
      stacked(({ z }) => z),
      [some.length, spec.zSize],
    ),
    label: tf.tensor1d([...classes], "int32"),
  };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
