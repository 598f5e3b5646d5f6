import { createRng, float32, floats, type NdArrays } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { configs, labels, setOf, spec, valueAt } from "../testing/tiny-set.js";
import type { TrainConfig } from "../config/config-schema.js";
import { detectBatches } from "./detect-batches.js";
import { detectInputs } from "./detect-loss.js";
import type { Mixing } from "../phase1/synthesise.js";

// Every number says where it comes from: feature c of token n of image i is 1000 i + 20 n + c, and z is i everywhere.
// Synthesised images have numbers 100 + 10 * class + which.

const [N, C] = [spec.tokens, spec.channels];
const marked = (image: number) => ({
  features: float32(
    [1, N, C],
    new Float32Array(N * C).map((_, i) => 1000 * image + 20 * Math.floor(i / C) + (i % C)),
  ),
  z: float32([1, spec.zSize], new Float32Array(spec.zSize).fill(image)),
});
const set = setOf(labels.map((_, image) => marked(image)));
const synthetic = [0, 1, 2].map((label) => [0, 1].map((which) => marked(100 + 10 * label + which)));
const noise = { take: (size: number) => new Float32Array(size).map((_, i) => i) };
const recommended = configs.recommended;
const batches = (config: TrainConfig, mixing?: Mixing) => detectBatches({ set, spec, config }, { mixing, noise });

describe("a batch of phase 2", () => {
  it.each([
    ["recommended", recommended],
    ["paper", configs.paper],
  ] as const)("preset %s: has the inputs of the loss and nothing else", async (_, config) => {
    const batch = await batches(config)(0, createRng(1));
    const found = Object.entries(batch).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]);
    expect(Object.fromEntries(found)).toEqual(detectInputs(config, spec));
  });

  it("the same generator gives the same batch, another one another", async () => {
    const draw = batches(recommended, { real: [1, 0.6, 0.4], synthetic });
    const batch = (step: number): Promise<NdArrays> => draw(step, createRng(`s/${step}`));
    const [first, same, other] = [await batch(4), await batch(4), await batch(5)];
    expect(same).toEqual(first);
    for (const name of Object.keys(first).filter((key) => key !== "noise")) expect(other[name]).not.toEqual(first[name]);
  });

  it("each patch is the token at its position of an image of its label, with that image's z", async () => {
    const positions = await everyBatch(
      recommended,
      undefined,
      (batch, b) => {
        const image = valueAt(batch["z"]!, b, 0);
        expect(valueAt(batch["label"]!, b)).toBe(labels[image]);
        const places = Array.from({ length: 9 }, (_, t) => valueAt(batch["positions"]!, b, t));
        places.forEach((place, t) => expect(patch(batch, "features", b, t)).toEqual(rowOf(image, place)));
        return places;
      },
      60,
    );
    expect(new Set(positions.flat()).size).toBe(N);
  });

  it("without a number of tokens it is the whole grid in order", async () => {
    const batch = await batches(configs.paper)(0, createRng(2));
    for (let b = 0; b < 5; b++) {
      const image = valueAt(batch.z, b, 0);
      for (let n = 0; n < N; n++) {
        expect(valueAt(batch.positions, b, n)).toBe(n);
        expect(patch(batch, "features", b, n)).toEqual(rowOf(image, n));
      }
    }
  });

  it("foreign patches are of another class, from all places", async () => {
    const places = await everyBatch(
      recommended,
      { real: [0, 0, 0], synthetic },
      (batch, b) =>
        Array.from({ length: 9 }, (_, t) => {
          const first = patch(batch, "foreign", b, t)[0]!;
          const [image, place] = [Math.floor(first / 1000), (first % 1000) / 20];
          expect(patch(batch, "foreign", b, t)).toEqual(rowOf(image, place));
          expect(image).toBeLessThan(labels.length); // a real one
          expect(labels[image]).not.toBe(valueAt(batch["label"]!, b));
          return place;
        }),
      60,
    );
    expect(new Set(places.flat()).size).toBe(N);
  });

  it("a share of the noise is foreign, and its length is log-uniform between low and high", async () => {
    const config: TrainConfig = { ...recommended, anomaly: { kind: "directed", low: 0.5, high: 4, foreign: 0.3 } };
    const rows = await everyBatch(config, undefined, (batch, b) => ({
      foreign: Array.from({ length: 9 }, (_, t) => valueAt(batch["isForeign"]!, b, t)),
      size: Array.from({ length: 9 }, (_, t) => valueAt(batch["size"]!, b, t)),
    }));
    const foreign = rows.flatMap((row) => row.foreign);
    const sizes = rows.flatMap((row) => row.size);
    expect(new Set(foreign)).toEqual(new Set([0, 1]));
    expect(Math.abs(share(foreign, (x) => x === 1) - 0.3)).toBeLessThan(0.02);
    for (const third of [0, 1, 2]) {
      const [from, to] = [0.5 * 8 ** (third / 3), 0.5 * 8 ** ((third + 1) / 3)]; // thirds of [log 0.5, log 4]
      expect(Math.abs(share(sizes, (s) => s >= from && s <= to) - 1 / 3)).toBeLessThan(0.02);
    }
    expect(share(sizes, (s) => s >= 0.5 && s <= 4)).toBe(1);
  });

  it("the noise is taken from the pool, as many numbers as the patches need", async () => {
    const asked: number[] = [];
    const pool = { take: (size: number) => (asked.push(size), noise.take(size)) };
    const batch = await detectBatches({ set, spec, config: recommended }, { mixing: undefined, noise: pool })(0, createRng(1));
    expect(asked).toEqual([5 * 9 * 13]);
    expect(floats(batch["noise"], "noise")).toEqual(noise.take(5 * 9 * 13));
  });
});

describe("mixing of real and synthesised images", () => {
  it("an image is real with p_c; where p_c is 1, always", async () => {
    const real = [1, 0.65, 0.2];
    const rows = await everyBatch(recommended, { real, synthetic }, (batch, b) => ({
      label: valueAt(batch["label"]!, b),
      image: valueAt(batch["z"]!, b, 0),
    }));
    const shares = [0, 1, 2].map((label) => {
      const own = rows.filter((row) => row.label === label).map((row) => row.image);
      return share(own, (image) => image < labels.length);
    });
    expect(shares[0]).toBe(1);
    expectClose(shares, real, { rtol: 0, atol: 0.06 }, "share of real images"); // nearly 4 deviations of the rarest class
  });

  it("a stand-in is of the same class and brings its own z; all of them come", async () => {
    const images = await everyBatch(recommended, { real: [0, 0, 0], synthetic }, (batch, b) => {
      const image = valueAt(batch["z"]!, b, 0);
      expect(Math.floor((image - 100) / 10)).toBe(valueAt(batch["label"]!, b));
      expect(patch(batch, "features", b, 0)).toEqual(rowOf(image, valueAt(batch["positions"]!, b, 0)));
      return image;
    });
    expect([...new Set(images)].sort((a, b) => a - b)).toEqual([100, 101, 110, 111, 120, 121]);
  });

  it("without mixing all images are real", async () => {
    const images = await everyBatch(recommended, undefined, (batch, b) => valueAt(batch["z"]!, b, 0));
    expect([...new Set(images)].sort((a, b) => a - b)).toEqual(labels.map((_, image) => image));
  });

  it("classes come in the ratio n^(1 + power)", async () => {
    const rows = await everyBatch({ ...recommended, sampling: { classPower: -1 } }, undefined, (batch, b) => valueAt(batch["label"]!, b));
    for (const label of [0, 1, 2]) expect(Math.abs(share(rows, (row) => row === label) - 1 / 3)).toBeLessThan(0.04);
  });
});

/** Collects something of each image of many batches. */
async function everyBatch<T>(
  config: TrainConfig,
  mixing: Mixing | undefined,
  of: (batch: NdArrays, b: number) => T,
  steps = 600,
): Promise<T[]> {
  const draw = batches(config, mixing);
  const all: T[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = await draw(step, createRng(`many/${step}`));
    for (let b = 0; b < 5; b++) all.push(of(batch, b));
  }
  return all;
}

function patch(batch: NdArrays, name: string, b: number, t: number): number[] {
  return Array.from({ length: C }, (_, c) => valueAt(batch[name]!, b, t, c));
}

function rowOf(image: number, place: number): number[] {
  return Array.from({ length: C }, (_, c) => 1000 * image + 20 * place + c);
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}
