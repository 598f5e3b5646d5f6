import { createRng, float32, type Progress } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import type { ImageFeatures } from "@ltad/feature-store";
import { classDistances, type ClassStatistics, fitStatistics, openScatter, statisticsTables, sumUp } from "@ltad/features";
import { tensorsOf } from "@ltad/jit";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../config/resolve-config.js";
import { headConfig } from "../head/head-config.js";
import { type TrainedHead, trainedTensors } from "../head/head-graph.js";
import { rawScores } from "../head/head.js";
import { foldSums } from "../run/fold-sums.js";
import { foldsOf } from "../run/folds.js";
import type { TrainingSet } from "../run/training-set.js";
import { configs, counts, labels, randomImages, randomised, randomPrototypes, setOf, spec, sum } from "../testing/tiny-set.js";
import { calibrate, commonScale, commonSpread } from "./calibrate.js";
import { heldOutImages } from "./held-out.js";
import { usualScores } from "./usual-scores.js";

// K 3 classes of 6, 3 and 1 images, and copies of the second class's images behind them.

const rng = createRng("calibrate");
const images = [...randomImages(rng), ...randomImages(rng).slice(6, 9)];
const set: TrainingSet = {
  ...setOf(images),
  labels: [...labels, 1, 1, 1],
  counts: [6, 6, 1],
  origins: [...labels.keys(), 6, 7, 8],
};
const cases = (["recommended", "paper"] as const).map((preset) => {
  const config = configs[preset];
  return { preset, head: headConfig(config, spec, 8), statistics: { ...config.whitening, positionRank: 2 } };
});

describe.each(cases)("held-out images, preset $preset", ({ head, statistics }) => {
  const scored = held();

  it("are scored by statistics of their class that were fitted without them and their copies", async () => {
    const { trained, sums, found } = await scored;
    expect(found.map(({ label }) => label)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 2]);
    const all = await fitStatistics(set, sums, spec, statistics);
    for (const [label, left] of [
      [0, [0, 5]],
      [1, [7]],
    ] as const) {
      // The other images and the whole of the other classes: deviations and z are those of all images, so they are put back.
      const kept = set.labels.flatMap((_, index) => (left.some((one) => one === (set.origins![index] ?? index)) ? [] : [index]));
      const rest = subset(kept);
      const asMany = { ...rest, counts: set.counts }; // they stand for all images of the class
      const fitted: ClassStatistics = await fitStatistics(asMany, await sumUp(rest, spec, {}), spec, {
        ...statistics,
        moments: momentsFrom(all),
      });
      const folds = foldsOf(set, label).members.filter(({ fold }) => fold === (label === 0 ? 0 : 1));
      expect(folds.map(({ index }) => index)).toEqual(label === 0 ? [0, 5] : [7, 11]);
      for (const index of left) {
        const raw = rawScores(trainedTensors(tensorsOf({ ...trained, tables: { ...fitted } })), encoded(index, label), head);
        const own = found.filter((image) => image.label === label)[placeOf(label, index)]!;
        expectClose(own.errors, raw.errors.dataSync(), { rtol: 1e-4, atol: 1e-5 }, `errors of ${index}`);
        expectClose(own.logits, raw.logits.dataSync(), { rtol: 1e-3, atol: 1e-4 }, `logits of ${index}`);
        const away = classDistances(statisticsTables(tensorsOf({ ...fitted })), encoded(index, label).z).dataSync()[label]!;
        const others = classDistances(statisticsTables(tensorsOf(trained.tables)), encoded(index, label).z).dataSync();
        const nearest = Math.min(...others.filter((_, other) => other !== label));
        expectClose([own.nearestOther], [nearest], { rtol: 1e-4, atol: 1e-5 }, `nearest other class of ${index}`);
        expectClose([own.distance!], [away], { rtol: 1e-4, atol: 1e-5 }, `distance of ${index}`);
      }
    }
  });

  it.skipIf(statistics.by === "none")(
    "have larger errors than images that the statistics know, also the only image of a class",
    async () => {
      const { trained, found } = await scored;
      for (const label of [0, 1, 2]) {
        const known = set.labels.flatMap((own, index) =>
          own === label && set.origins![index] === index
            ? [rawScores(trainedTensors(tensorsOf(trained)), encoded(index, label), head).errors.dataSync()]
            : [],
        );
        const fresh = found.filter((image) => image.label === label).flatMap(({ errors }) => [...errors]);
        expect(mean(fresh)).toBeGreaterThan(1.1 * mean(known.flatMap((errors) => [...errors])));
      }
    },
  );

  it("are the same, bit for bit, where the sums of the folds are known", async () => {
    const { trained, sums, found } = await scored;
    const folds = set.counts.map(() => undefined);
    expect(await heldOutImages(set, sums, trained, { head, statistics, folds })).toEqual(found);
    const known = await Promise.all(set.counts.map((_, label) => sumsOfFolds(label)));
    expect(await heldOutImages(set, sums, trained, { head, statistics, folds: known })).toEqual(found);
    const wrong = known.map((own) => own.map((sum) => ({ ...sum, images: sum.images + 1 })));
    expect(await heldOutImages(set, sums, trained, { head, statistics, folds: wrong })).not.toEqual(found); // they are used
  });

  it("give each class mean error 1, a standard logit, and a typical score of 1", async () => {
    const { trained, sums, found } = await scored;
    const { calibration, good } = await calibrate(set, sums, trained, { head, statistics });
    const usual = usualScores(found, 3);
    expect(calibration).toMatchObject(usual);
    for (const label of [0, 1, 2]) {
      const own = found.filter((image) => image.label === label);
      const [errors, logits] = [own.flatMap(({ errors: all }) => [...all]), own.flatMap(({ logits: all }) => [...all])];
      expectClose([usual.error.data[label]!, usual.logitMean.data[label]!], [mean(errors), mean(logits)], { rtol: 1e-4, atol: 1e-5 });
      expectClose([usual.logitDeviation.data[label]!], [Math.sqrt(mean(logits.map((x) => (x - mean(logits)) ** 2)))], {
        rtol: 1e-4,
        atol: 1e-5,
      });
      const scores = good.filter((image) => image.label === label).map(({ score }) => Math.log(score));
      expectClose([mean(scores)], [0], { rtol: 0, atol: 1e-4 }, `class ${label}`);
    }
    const largest = good.map(({ map }) => Math.max(...map));
    expect(good.map(({ score }, i) => score === largest[i])).toEqual(good.map(() => head.score.image === "max"));
  });

  async function sumsOfFolds(label: number) {
    const scatter = await openScatter(spec.channels);
    try {
      return await foldSums(set.store, foldsOf(set, label), { spec, scatter, signal: undefined });
    } finally {
      await scatter.dispose();
    }
  }

  async function held() {
    const sums = await sumUp(set, spec, {});
    const statisticsOfAll = await fitStatistics(set, sums, spec, statistics);
    const trained: TrainedHead = {
      tables: { ...statisticsOfAll },
      pi: randomised(reconstructor(head.reconstruct!).init(rng), "pi"),
      phi: randomised(semantic(head.semantic!).init(rng), "phi"),
      prototypes: randomPrototypes(rng),
    };
    return { trained, sums, found: await heldOutImages(set, sums, trained, { head, statistics }) };
  }
});

it("held-out images have the errors of images that are new to the model", async () => {
  const draw = createRng("new images");
  const many = Array.from({ length: 150 }, () => ({
    features: float32([1, 16, 13], draw.normals(16 * 13)),
    z: float32([1, 7], draw.normals(7)),
  }));
  const [known, fresh] = [many.slice(0, 30), many.slice(30)];
  const one: TrainingSet = { classes: ["a"], counts: [30], labels: known.map(() => 0), store: { read: async (index) => known[index]! } };
  const config = resolveConfig({ preset: "fast", sets: ["features.inputSize=64", "whitening.positionPrior=3"] });
  const statistics = { ...config.whitening, positionRank: 2 };
  const head = headConfig(config, spec, 0);
  const sums = await sumUp(one, spec, {});
  const tables = { ...(await fitStatistics(one, sums, spec, statistics)) };
  const found = await heldOutImages(one, sums, { tables }, { head, statistics });
  const judged = trainedTensors(tensorsOf({ tables }));
  const errors = fresh.flatMap((image) => [...rawScores(judged, inputOf(image, 0), head).errors.dataSync()]);
  expect(mean(found.flatMap((image) => [...image.errors])) / mean(errors)).toBeCloseTo(1, 1);
});

describe("commonScale", () => {
  it("makes spreads alike as far as there are images to know them by", () => {
    const draw = createRng("scale");
    const scores = (label: number, count: number, spread: number) =>
      [...draw.normals(count, spread)].map((x) => ({ label, score: 3 * Math.exp(x) }));
    const { typical, power } = commonScale([...scores(0, 400, 0.2), ...scores(1, 400, 0.6), ...scores(2, 1, 0.4)], 3);
    expectClose(typical.data.slice(0, 2), [3, 3], { rtol: 0.1, atol: 0 });
    expect((power.data[0]! * 0.2) / (power.data[1]! * 0.6)).toBeCloseTo(1, 1);
    expect(power.data[2]).toBe(1); // nothing is known of its spread
  });

  it("of scores that are all the same changes nothing but the unit", () => {
    const { typical, power } = commonScale(
      [0, 0, 1].map((label) => ({ label, score: 2 })),
      2,
    );
    expectClose([...typical.data, ...power.data], [2, 2, 1, 1], { rtol: 1e-6, atol: 0 });
  });
});

it("usual scores that are perfect or constant leave numbers one can divide by", () => {
  const zeros = new Float32Array(4);
  const { error, logitMean, logitDeviation } = usualScores([{ label: 0, errors: zeros, logits: zeros, nearestOther: 0 }], 1);
  expect(logitMean.data[0]).toBe(0);
  expect(error.data[0]).toBeGreaterThan(0);
  expect(logitDeviation.data[0]).toBeGreaterThan(0);
});

it("says how far it is, and stops when asked", async () => {
  const { head, statistics } = cases[0]!;
  const sums = await sumUp(set, spec, {});
  const tables = { ...(await fitStatistics(set, sums, spec, statistics)) };
  const { reconstruct: _, semantic: __, ...closed } = head;
  const seen: Progress[] = [];
  const stopping = new AbortController();
  const onProgress = (progress: Progress) => (seen.push(progress), seen.length === 3 && stopping.abort());
  const options = { head: closed, statistics, onProgress, signal: stopping.signal };
  await expect(calibrate(set, sums, { tables }, options)).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  expect(seen.map(({ done, total }) => [done, total])).toEqual([1, 2, 3].map((fold) => [fold / 5, 3]));
});

function subset(kept: readonly number[]) {
  return {
    labels: kept.map((index) => set.labels[index]!),
    counts: counts.map((_, label) => kept.filter((index) => set.labels[index] === label).length),
    store: { read: (place: number) => set.store.read(kept[place]!) },
  };
}

/** Moments as statistics hold them. */
function momentsFrom({
  channelMean,
  channelDeviation,
  zMean,
  zDeviation,
}: ClassStatistics): NonNullable<Parameters<typeof fitStatistics>[3]["moments"]> {
  const doubles = ({ data }: { readonly data: ArrayLike<number> }) => Float64Array.from(data);
  return {
    patch: { mean: doubles(channelMean), deviation: doubles(channelDeviation) },
    image: { mean: doubles(zMean), deviation: doubles(zDeviation) },
  };
}

/** The place of an image among those of its class, in the order of the folds. */
function placeOf(label: number, index: number): number {
  const members = foldsOf(set, label).members.filter((member) => set.origins![member.index] === member.index);
  return [...members].sort((a, b) => a.fold - b.fold).findIndex((member) => member.index === index);
}

function encoded(index: number, label: number) {
  return inputOf(images[index]!, label);
}

function inputOf({ features, z }: ImageFeatures, label: number) {
  return {
    features: tf.tensor3d(Float32Array.from(features.data), [1, spec.tokens, spec.channels]),
    z: tf.tensor2d(Float32Array.from(z.data), [1, spec.zSize]),
    label: tf.tensor1d([label], "int32"),
  };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

it("the spread that classes have in common follows from their scores on the common scale", () => {
  const random = createRng("spread");
  const images = [9, 30, 2].flatMap((count, label) =>
    Array.from({ length: count }, () => ({ label, score: Math.exp((1 + label) * random.normals(1)[0]!) })),
  );
  const { typical, power } = commonScale(images, 3);
  const variances = [0, 1, 2].map((label) => varianceOf(images.flatMap((one) => (one.label === label ? [Math.log(one.score)] : []))));
  const common = sum(variances) / 3;
  const classes = [0, 1, 2].map((label) => ({
    good: images.flatMap((one) => (one.label === label ? [(one.score / typical.data[label]!) ** power.data[label]!] : [])),
  }));
  for (const given of [classes, [classes[0]!, { ...classes[1]!, recalibrated: true as const }, classes[2]!]])
    expectClose([commonSpread(given, power.data)], [common], { rtol: 1e-4, atol: 0 });
  expect(commonSpread([{ good: [1] }], [1])).toBe(0);
});

function varianceOf(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}
