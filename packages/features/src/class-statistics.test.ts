import { createRng, float32, type NdArray, type Progress } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { fitMoments, type MomentOptions } from "./class-moments.js";
import type { ClassStatistics } from "./class-statistics.js";
import { fitWhitening, type WhiteningOptions } from "./class-whitening.js";
import type { FeatureStore, ImageFeatures } from "@ltad/feature-store";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";

// Pairwise different sizes: K 3 classes, group [5] of 4 channels, Dz 5, group [2, 5] of 6, C 7, N 9 tokens, 11 images.
const spec: FeatureSpec = {
  inputSize: 48,
  gridStride: 16,
  shrink: "area",
  kernel: "linear",
  grid: 3,
  tokens: 9,
  channels: 7,
  zSize: 5,
  stages: [
    { stage: 2, channels: 2, stride: 4 },
    { stage: 3, channels: 1, stride: 8 },
    { stage: 5, channels: 4, stride: 16 },
  ],
};
const [K, N, C, Z] = [3, spec.tokens, spec.channels, spec.zSize];
const groups = [[5], [2, 5]];
const channelsOfGroup = [
  [3, 4, 5, 6],
  [0, 1, 3, 4, 5, 6],
];
const options: MomentOptions & WhiteningOptions = { groups, ridge: 0.01, minImagesForPositions: 4 };

const rng = createRng(7);
const labels = [1, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0]; // 6, 4 and 1 images
const counts = [6, 4, 1];
const images = labels.map((label, index) => ({ label, index }));
const stored = labels.map((): ImageFeatures => {
  const [offset, spread] = [rng.normals(C, 3), rng.uniforms(C, 0.5, 4)];
  const features = rng.normals(N * C).map((x, i) => x * spread[i % C]! + offset[i % C]! + Math.floor(i / C) / 3);
  return { features: float32([1, N, C], features), z: float32([1, Z], rng.normals(Z, 2)) };
});
const set = setOf(stored);

function setOf(entries: readonly ImageFeatures[], classes = labels): LabelledFeatures {
  return { store: { read: async (index) => entries[index]! }, labels: classes, counts };
}

async function fit(from: LabelledFeatures, chosen = options): Promise<ClassStatistics> {
  const moments = await fitMoments(from, spec, chosen);
  return { ...moments, whitening: await fitWhitening(from, moments, spec, chosen) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const ofClass = (label: number) => images.filter((image) => image.label === label);

/** Feature of an image at a position and channel, and its z. */
const f = (image: { index: number }, i: number, c: number) => stored[image.index]!.features.data[i * C + c]!;
const z = (image: { index: number }, d: number) => stored[image.index]!.z.data[d]!;

const plainMean = range(C).map((c) => mean(images.flatMap((image) => range(N).map((i) => f(image, i, c)))));
const plainDeviation = range(C).map((c) => deviation(images.flatMap((image) => range(N).map((i) => f(image, i, c)))));
const scaled = (image: { index: number }, i: number, c: number) => f(image, i, c) / plainDeviation[c]!;

/** m_c,i of one channel; m_c at every position when `pooled`. */
function plainPositionMean(label: number, i: number, c: number, pooled: boolean): number {
  return mean(ofClass(label).flatMap((image) => (pooled ? range(N) : [i]).map((place) => scaled(image, place, c))));
}

/** Unbiased covariance of what is left, all positions together: one mean was taken away, or one for each position. */
function plainCovariance(label: number, channels: readonly number[], pooled: boolean): number[] {
  const left = ofClass(label).flatMap((image) =>
    range(N).map((i) => channels.map((c) => scaled(image, i, c) - plainPositionMean(label, i, c, pooled))),
  );
  const freedom = left.length - (pooled ? 1 : N);
  return channels.flatMap((_, a) => channels.map((__, b) => left.reduce((sum, row) => sum + row[a]! * row[b]!, 0) / freedom));
}

function multiply(a: ArrayLike<number>, b: ArrayLike<number>, size: number): number[] {
  return range(size * size).map((at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return range(size).reduce((sum, k) => sum + a[row * size + k]! * b[k * size + column]!, 0);
  });
}

const diagonal = (size: number, value: number) => range(size * size).map((i) => (i % (size + 1) === 0 ? value : 0));
const close = { rtol: 1e-5, atol: 1e-5 };

describe("fitMoments and fitWhitening are the plain definition", () => {
  const fitted = fit(set);

  it("mean and deviation of each channel over all patches, and of z over all images", async () => {
    const { channelMean, channelDeviation, zMean, zDeviation } = await fitted;
    expectClose(channelMean.data, plainMean, close, "channelMean");
    expectClose(channelDeviation.data, plainDeviation, close, "channelDeviation");
    const column = (d: number) => images.map((image) => z(image, d));
    expectClose(zMean.data, range(Z).map(column).map(mean), close, "zMean");
    expectClose(zDeviation.data, range(Z).map(column).map(deviation), close, "zDeviation");
  });

  it("m_c,i in units of the channels' deviation, one mean for all positions where images are few", async () => {
    const { positionMean, fewImages } = await fitted;
    expect(positionMean.shape).toEqual([K, N, C]);
    expect(fewImages).toEqual([2]); // class 1 has just enough
    const expected = range(K).flatMap((k) => range(N).flatMap((i) => range(C).map((c) => plainPositionMean(k, i, c, k === 2))));
    expectClose(positionMean.data, expected, close);
  });

  it("the mean of standardised z of each class", async () => {
    const { classZ } = await fitted;
    expect(classZ.shape).toEqual([K, Z]);
    const standard = (image: { index: number }, d: number) => {
      const column = images.map((other) => z(other, d));
      return (z(image, d) - mean(column)) / deviation(column);
    };
    const expected = range(K).flatMap((k) => range(Z).map((d) => mean(ofClass(k).map((image) => standard(image, d)))));
    expectClose(classZ.data, expected, close);
  });

  it.each(range(2).flatMap((g) => range(K).map((k) => [g, k] as const)))(
    "group %d of class %d: W is the symmetric root, W (Cov + ridge I) W = I",
    async (g, k) => {
      const channels = channelsOfGroup[g]!;
      const size = channels.length;
      const { whitening } = await fitted;
      expect(whitening[g]?.shape).toEqual([K, size, size]);
      const w = whitening[g]!.data.subarray(k * size * size, (k + 1) * size * size);
      const ridged = plainCovariance(k, channels, k === 2).map((x, i) => x + diagonal(size, options.ridge)[i]!);
      expectClose(multiply(multiply(w, ridged, size), w, size), diagonal(size, 1), { rtol: 0, atol: 1e-5 });
      const transposed = range(size * size).map((i) => w[(i % size) * size + Math.floor(i / size)]!);
      expectClose(w, transposed, { rtol: 0, atol: 1e-6 }, "symmetric");
      expect(range(size).every((i) => w[i * size + i]! > 0)).toBe(true);
    },
  );

  it("the order of the images does not matter", async () => {
    const turned = await fit(setOf(stored.toReversed(), labels.toReversed()));
    for (const [name, array] of arraysOf(turned)) expectClose(array.data, dataOf(await fitted, name), close, name);
  });
});

describe("fitMoments and fitWhitening in degenerate cases", () => {
  it("a class of one image: m_c everywhere, residuals around it", async () => {
    const { positionMean, whitening } = await fit(set);
    const own = positionMean.data.subarray(2 * N * C);
    expect(range(N).every((i) => range(C).every((c) => own[i * C + c] === own[c]))).toBe(true);
    for (const { data } of whitening) expect(data.every(Number.isFinite)).toBe(true);
  });

  it("one image for each position leaves nothing: W is I / sqrt(ridge)", async () => {
    const { whitening, fewImages } = await fit(set, { ...options, minImagesForPositions: 1 });
    expect(fewImages).toEqual([]);
    expectClose(whitening[0]!.data.subarray(2 * 16), diagonal(4, 10), { rtol: 1e-5, atol: 1e-5 });
  });

  it("a constant channel and a constant z have deviation 1, and stay finite", async () => {
    const constant = stored.map(({ features, z: own }) => ({
      features: float32(
        features.shape,
        features.data.map((x, i) => (i % C === 4 ? -0.75 : x)),
      ),
      z: float32(
        own.shape,
        own.data.map((x, d) => (d === 1 ? 2 : x)),
      ),
    }));
    const fitted = await fit(setOf(constant));
    expect([fitted.channelMean.data[4], fitted.channelDeviation.data[4]]).toEqual([-0.75, 1]);
    expect([fitted.zMean.data[1], fitted.zDeviation.data[1]]).toEqual([2, 1]);
    for (const [name, array] of arraysOf(fitted)) expect([name, array.data.every(Number.isFinite)]).toEqual([name, true]);
  });
});

describe("fitMoments and fitWhitening as jobs", () => {
  it("counts every image twice, once for each pass", async () => {
    const seen: Progress[] = [];
    await fit(set, { ...options, onProgress: (progress) => seen.push(progress) });
    const one = (phase: string) => range(11).map((i) => ({ phase, done: i + 1, total: 11, unit: "images" }));
    expect(seen).toEqual([...one("statistics"), ...one("whitening")]);
  });

  it.each([0, 4, 15])("stops when asked after %d images, and reads no further", async (done) => {
    const stopping = new AbortController();
    let reads = 0;
    const store: FeatureStore = { read: (index) => (reads++, set.store.read(index)) };
    let seen = 0;
    const onProgress = () => ++seen === done && stopping.abort();
    if (done === 0) stopping.abort();
    const job = fit({ ...set, store }, { ...options, onProgress, signal: stopping.signal });
    await expect(job).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect(reads).toBe(done);
  });
});

function arraysOf({ whitening, ...rest }: ClassStatistics): [string, NdArray][] {
  const single = Object.entries(rest).filter((entry): entry is [string, NdArray] => !Array.isArray(entry[1]));
  return [...single, ...whitening.map((table, g): [string, NdArray] => [`whitening.${g}`, table])];
}

function dataOf(statistics: ClassStatistics, name: string): NdArray["data"] {
  return arraysOf(statistics).find(([other]) => other === name)![1].data;
}
