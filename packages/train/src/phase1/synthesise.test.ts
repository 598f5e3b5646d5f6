import { createRng, float32, type FloatArray, type Progress } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { configs, counts, labels, randomImages, setOf } from "../testing/tiny-set.js";
import type { TrainConfig } from "../config/config-schema.js";
import type { Synthesiser } from "./synthesiser.js";
import { synthesiseBy } from "./synthesise.js";

// 6, 3 and 1 images: p_c is 1, sqrt(3 / 6) and max(0.5, sqrt(1 / 6)).

const images = randomImages(createRng("synthetic"));
const set = setOf(images);
const config: TrainConfig = { ...configs.recommended, mixing: { enabled: true, pMin: 0.5, gamma: 0.5, samples: 19 } };

describe("synthesiseBy", () => {
  it("draws `samples` images of every class that is not always real, and says how often each is", async () => {
    const { mixing } = await run();
    expect(mixing.real).toEqual([1, Math.sqrt(counts[1]! / counts[0]!), 0.5]);
    expect(mixing.synthetic.map((own) => own.length)).toEqual([0, 19, 19]);
  });

  it("each for an image of its class, with that image's z", async () => {
    const { mixing, asked } = await run();
    expect(new Set(asked.map(({ label }) => label))).toEqual(new Set([1, 2]));
    for (const label of [1, 2]) {
      const own = images.filter((_, image) => labels[image] === label).map(({ z }) => z);
      const kept = mixing.synthetic[label]!;
      expect(new Set(kept.map(({ z }) => z))).toEqual(new Set(own)); // all of them come
      const zs = asked.filter((call) => call.label === label).flatMap((call) => call.zs);
      expect(kept.map(({ z }) => z)).toEqual(zs);
      kept.forEach(({ features, z }) => expect([...features.data]).toEqual([label, z.data[0]])); // what was made for this z
    }
  });

  it("the same seed gives the same images, another one others", async () => {
    const [first, same, other] = [await run(), await run(), await run({ seed: 2 })];
    expect(same.mixing).toEqual(first.mixing);
    expect(same.numbers).toEqual(first.numbers);
    expect(other.numbers).not.toEqual(first.numbers);
  });

  it("a class's images do not depend on how many another class has", async () => {
    const more = { ...set, counts: [600, 3, 1] };
    const [first, other] = [await run(), await run({ from: more })];
    expect(other.mixing.synthetic[2]).toEqual(first.mixing.synthetic[2]);
  });

  it("counts up to all of them, and stops when asked", async () => {
    const seen: Progress[] = [];
    await run({ onProgress: (progress) => seen.push(progress) });
    const done = seen.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ phase: "synthesise", done: 38, total: 38, unit: "images" });
    await expect(run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  });
});

interface RunOptions {
  readonly seed?: number;
  readonly from?: typeof set;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** Runs with a synthesiser that marks what it makes with class and z, and remembers what it was asked for. */
async function run({ seed = 1, from = set, ...job }: RunOptions = {}) {
  const asked: { readonly zs: readonly FloatArray[]; readonly label: number }[] = [];
  const numbers: number[] = [];
  const synthesiser: Synthesiser = {
    async sample(zs, label, rng) {
      asked.push({ zs, label });
      numbers.push(rng.normal());
      return zs.map((z) => ({ features: float32([1, 1, 2], [label, z.data[0]!]), z }));
    },
    dispose: async () => {},
  };
  return { mixing: await synthesiseBy(synthesiser, { set: from, config, seed }, job), asked, numbers };
}
