import { createRng, float32, floats, type NdArray, type Progress } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import type { FeatureStore } from "@ltad/feature-store";
import { tensorsOf, toNdArray } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type ClassStatistics, fitStatistics, type StatisticsOptions } from "./class-statistics.js";
import { mergeSums, sumUp } from "./class-sums.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { statisticsTables } from "./tables.js";
import { golden, setOf, specOf, unitLength } from "./testing/statistics-golden.js";
import { whitened } from "./whitened.js";

const { k0, ridge, nu, rank } = golden.constants;
const options: StatisticsOptions = { by: "class", ridge, meanPrior: k0, positionRank: rank, positionPrior: nu };
const close = { rtol: 2e-4, atol: 2e-4 };

describe.each(["main", "degenerate"] as const)("statistics against an independent program: %s", (name) => {
  const { stages, deviation, classes } = golden[name];
  const spec = specOf(stages, 2);
  const parts = Object.values(classes);
  const fitted = fit(setOf(parts.map(({ train }) => unitLength(train, stages))), spec);

  it("deviations, shrunk means and whitening", async () => {
    const { channelDeviation, positionMean, whitening } = await fitted;
    expectClose(channelDeviation.data, deviation, { rtol: 1e-5, atol: 1e-6 }, "deviation");
    expectClose(
      positionMean.data,
      parts.flatMap(({ mean }) => mean.flat()),
      { rtol: 1e-5, atol: 1e-5 },
      "mean",
    );
    expectClose(
      whitening!.data,
      parts.flatMap((part) => part.whitening.flat()),
      close,
      "whitening",
    );
  });

  it("new images, whitened by class and position, and their closed score", async () => {
    const statistics = await fitted;
    for (const [label, part] of parts.entries()) {
      const x = whitenedBy(
        statistics,
        unitLength(part.test, stages).map(({ features }) => features),
        label,
      );
      expectClose(x, part.whitened.flat(2), { rtol: 5e-4, atol: 5e-4 }, `whitened ${label}`);
      const channels = spec.channels;
      const scores = part.scores
        .flat()
        .map((_, i) => x.slice(i * channels, (i + 1) * channels).reduce((sum, v) => sum + v * v, 0) / channels);
      expectClose(scores, part.scores.flat(), { rtol: 1e-3, atol: 1e-4 }, `scores ${label}`);
    }
  });
});

describe("sums of a class", () => {
  const { stages, classes } = golden.main;
  const spec = specOf(stages, 2);
  const images = unitLength(classes["a"]!.train, stages);

  it("of two parts add up to the whole, and are an independent program's", async () => {
    const [first, last, whole] = await Promise.all([images.slice(0, 4), images.slice(4), images].map(sumsOf));
    for (const [name, sums] of [
      ["first", first],
      ["last", last],
      ["whole", mergeSums([first!, last!])],
      ["whole", whole],
    ] as const) {
      expect(sums!.images).toBe(golden.merge[name].n);
      expectClose(sums!.position, golden.merge[name].position.flat(), { rtol: 1e-5, atol: 1e-5 }, `position ${name}`);
      expectClose(sums!.scatter, golden.merge[name].outer.flat(), { rtol: 1e-5, atol: 1e-5 }, `scatter ${name}`);
    }
  });

  it("without a part are the sums of the rest", async () => {
    const [first, last, whole] = await Promise.all([images.slice(0, 4), images.slice(4), images].map(sumsOf));
    const rest = mergeSums([whole!], [first!]);
    expect(rest.images).toBe(5);
    expectClose(rest.scatter, last!.scatter, { rtol: 1e-6, atol: 1e-6 }, "scatter");
  });

  async function sumsOf(some: typeof images) {
    return (await sumUp(setOf([some]), spec, {}))[0]!;
  }
});

describe("properties", () => {
  const spec = { ...specOf([2, 5], 3), zSize: 4 };
  const images = randomClasses([70, 5, 1]); // the first class is large enough for Lanczos' method
  const set = setOf(images);

  it("without a prior the mean at a position is the images' own, and with a large one it is the class's", async () => {
    const own = await fit(set, spec, { meanPrior: 0 });
    const borrowed = await fit(set, spec, { meanPrior: 1e9 });
    const deviation = floats(own.channelDeviation, "deviation");
    const mean = (c: number, places: readonly number[]) => {
      const values = images[1]!.flatMap(({ features }) => places.map((i) => features.data[i * 7 + c]!));
      return values.reduce((sum, value) => sum + value, 0) / values.length / deviation[c]!;
    };
    const row = (table: NdArray, i: number) => table.data.slice((9 + i) * 7, (10 + i) * 7); // class 1
    const channels = [0, 1, 2, 3, 4, 5, 6];
    expectClose(
      row(own.positionMean, 4),
      channels.map((c) => mean(c, [4])),
      { rtol: 1e-5, atol: 1e-5 },
    );
    expectClose(
      row(borrowed.positionMean, 4),
      channels.map((c) => mean(c, [0, 1, 2, 3, 4, 5, 6, 7, 8])),
      { rtol: 1e-5, atol: 1e-5 },
    );
  });

  it("whitened training patches of a large class are about sqrt(C) long, and white", async () => {
    const statistics = await fit(set, spec, { ridge: 1e-6, positionRank: 0, meanPrior: 0 });
    const x = whitenedBy(
      statistics,
      images[0]!.map(({ features }) => features),
      0,
    );
    const covariance = Array.from({ length: 49 }, (_, at) => {
      let sum = 0;
      for (let i = 0; i < x.length; i += 7) sum += x[i + Math.floor(at / 7)]! * x[i + (at % 7)]!;
      return sum / (x.length / 7);
    });
    expectClose(
      covariance,
      covariance.map((_, at) => (at % 8 === 0 ? 1 : 0)),
      { rtol: 0, atol: 2e-3 },
    );
  });

  it("axes make a position's own spread usual: with a prior of almost nothing its training patches become white", async () => {
    const statistics = await fit(set, spec, { positionRank: 7, positionPrior: 1e-3 });
    const x = whitenedBy(
      statistics,
      images[0]!.map(({ features }) => features),
      0,
    );
    for (const place of [0, 8]) {
      const rows = images[0]!.map((_, image) => x.slice((image * 9 + place) * 7, (image * 9 + place + 1) * 7));
      const spread = rows.flat().reduce((sum, value) => sum + value * value, 0) / rows.length;
      expectClose([spread], [7], { rtol: 0.02, atol: 0 }, `place ${place}`);
    }
  });

  it("one image, identical images and a constant channel stay finite", async () => {
    const same = images[1]!.map(() => images[1]![0]!);
    const constant = images[0]!.slice(0, 3).map(({ features, z }) => ({
      z,
      features: float32(
        features.shape,
        features.data.map((value, i) => (i % 7 === 2 ? -0.75 : value)),
      ),
    }));
    for (const classes of [[same, images[2]!], [constant]]) {
      for (const [name, array] of Object.entries(await fit(setOf(classes), spec))) {
        expect([name, array.data.every(Number.isFinite)]).toEqual([name, true]);
      }
    }
    const alone = await fit(setOf([constant]), spec);
    expect([alone.channelMean.data[2], alone.channelDeviation.data[2]]).toEqual([-0.75, 1]);
  });

  it("without whitening there are neither covariances nor axes", async () => {
    expect(Object.keys(await fit(set, spec, { by: "none" })).sort()).toEqual(
      ["channelDeviation", "channelMean", "classZ", "positionMean", "zDeviation", "zMean"].sort(),
    );
  });

  it("z of each class in units of its deviation over all images", async () => {
    const { zMean, zDeviation, classZ } = await fit(set, spec);
    const all = images.flat().map(({ z }) => [...z.data]);
    const mean = (rows: readonly number[][], d: number) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length;
    const means = [0, 1, 2, 3].map((d) => mean(all, d));
    const deviations = [0, 1, 2, 3].map((d) => Math.sqrt(all.reduce((sum, row) => sum + (row[d]! - means[d]!) ** 2, 0) / all.length));
    expectClose(zMean.data, means, { rtol: 1e-5, atol: 1e-6 });
    expectClose(zDeviation.data, deviations, { rtol: 1e-5, atol: 1e-6 });
    const expected = images.flatMap((own) =>
      [0, 1, 2, 3].map(
        (d) =>
          (mean(
            own.map(({ z }) => [...z.data]),
            d,
          ) -
            means[d]!) /
          deviations[d]!,
      ),
    );
    expectClose(classZ.data, expected, { rtol: 1e-4, atol: 1e-5 });
  });

  it("progress counts images, then positions; it stops when told to and reads no further", async () => {
    const seen: Progress[] = [];
    await fit(set, spec, { onProgress: (progress) => seen.push(progress) });
    const last = (name: string) => seen.findLast(({ phase }) => phase === name);
    expect(last("statistics")).toEqual({ phase: "statistics", done: 76, total: 76, unit: "images" });
    expect(last("positions")).toEqual({ phase: "positions", done: 27, total: 27, unit: "positions" });
    const stop = new AbortController();
    let reads = 0;
    const store: FeatureStore = { read: (index) => (++reads === 5 && stop.abort(), set.store.read(index)) };
    await expect(fit({ ...set, store }, spec, { signal: stop.signal })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect(reads).toBeLessThan(20); // the images that are read together
  });

  function randomClasses(counts: readonly number[]) {
    return counts.map((count, label) => {
      const rng = createRng(`class/${label}`);
      const mix = rng.normals(49, 0.5);
      const place = rng.normals(63, 2);
      return Array.from({ length: count }, () => {
        const noise = rng.normals(63);
        const mixed = noise.map((_, at) => {
          const [i, c] = [Math.floor(at / 7), at % 7];
          let sum = place[at]!;
          for (let k = 0; k < 7; k++) sum += noise[i * 7 + k]! * mix[k * 7 + c]! * (1 + 0.3 * i);
          return sum;
        });
        return { features: float32([1, 9, 7], mixed), z: float32([1, 4], rng.normals(4, 2)) };
      });
    });
  }
});

type Fit = Partial<StatisticsOptions> & { readonly onProgress?: (progress: Progress) => unknown; readonly signal?: AbortSignal };

async function fit(set: LabelledFeatures, spec: ReturnType<typeof specOf>, changes: Fit = {}): Promise<ClassStatistics> {
  const chosen = { ...options, ...changes } as StatisticsOptions & { signal?: AbortSignal };
  return fitStatistics(set, await sumUp(set, spec, chosen), spec, chosen);
}

/** The whole grid of some images of a class, whitened: [images, N, C] in a row. */
function whitenedBy(statistics: ClassStatistics, images: readonly NdArray[], label: number): number[] {
  const [, tokens, channels] = images[0]!.shape as [number, number, number];
  const patches = {
    features: tf.tensor3d(
      images.flatMap(({ data }) => [...data]),
      [images.length, tokens, channels],
    ),
    label: tf.tensor1d(
      images.map(() => label),
      "int32",
    ),
    positions: tf.tile(tf.range(0, tokens, 1, "int32").reshape<tf.Tensor2D>([1, tokens]), [images.length, 1]),
  };
  return [...toNdArray(whitened(statisticsTables(tensorsOf({ ...statistics })), patches)).data];
}
