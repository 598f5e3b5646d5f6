import { createRng, type Progress } from "@ltad/core";
import { scanDataset, longTail, type Split } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openDetector } from "@ltad/detector";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";
import type { TrainOptions } from "./train-options.js";
import type { TrainResult } from "./train-result.js";

// Whole trainings on a small synthetic set with encoders of random weights: no download, a few seconds each.

const small = ["features.inputSize=64", "augment.steps=6", "augment.batch=4", "augment.width=8", "augment.latent=4", "mixing.samples=3"];
const settings = {
  recommended: [
    ...small,
    "names.prototypes=learned",
    "detect.steps=8",
    "detect.images=4",
    "detect.tokens=5",
    "reconstruct.width=16",
    "reconstruct.hidden=16",
    "semantic.width=8",
  ],
  fast: ["preset=fast", "features.inputSize=64"],
  paper: [
    ...small,
    "preset=paper",
    "detect.steps=8",
    "detect.images=3",
    "reconstruct.width=16",
    "reconstruct.heads=2",
    "reconstruct.hidden=16",
    "reconstruct.neighbourhood=1",
  ],
};

let folder: string;
let split: Split;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-train-"));
  await synthesise(join(folder, "data"), { seed: 1, size: 64, classes: 3, train: 6, good: 2, defects: 2 });
  split = await longTail(await scanDataset(join(folder, "data")), { protocol: "exp6", seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function options(out: string, sets: readonly string[] = settings.recommended, over: Partial<TrainOptions> = {}): TrainOptions {
  return {
    split,
    seed: 3,
    config: resolveConfig({ sets }),
    out: join(folder, out),
    cacheDir: join(folder, "cache"),
    encoders: { image: tinyImageEncoder(createRng(1)), text: tinyTextEncoder(createRng(2)) },
    ...over,
  };
}

describe.each(["recommended", "fast", "paper"] as const)("train, preset %s", (preset) => {
  let result: TrainResult;
  beforeAll(async () => {
    result = await train(options(preset, settings[preset]));
  });

  it("leaves a bundle that predicts, and no checkpoint", async () => {
    const detector = await openDetector(result.folder);
    const [largest] = split.classes as [Split["classes"][number]];
    const prediction = await detector.predict(largest.train[0]?.file ?? "", { class: largest.name });
    expect(Number.isFinite(prediction.score)).toBe(true);
    expect(prediction.map.every(Number.isFinite)).toBe(true);
    expect(detector.manifest).toMatchObject({ preset, protocol: "exp6", seed: 3, config: { preset } });
    await detector.dispose();
    expect(await readdir(result.folder)).not.toContain("checkpoint");
  });

  it("lists the images that it was trained on", async () => {
    const images = (await readFile(join(result.folder, "train-images.txt"), "utf8"))
      .split("\n")
      .filter((line) => line && !line.startsWith("#"));
    expect(images).toEqual(split.classes.flatMap(({ train: chosen }) => chosen.map(({ id }) => id)));
  });

  it("writes both loss curves, one row a step, each loss the sum of its parts", async () => {
    const { phase1, phase2 } = JSON.parse(await readFile(join(result.folder, "history.json"), "utf8")) as TrainResult["history"];
    expect([phase1.length, phase2.length]).toEqual(preset === "fast" ? [0, 0] : [6, 8]);
    expect(phase2.every(({ loss, reconstruction, semantic }) => Math.abs(loss! - reconstruction! - semantic!) < 1e-4)).toBe(true);
  });

  it("gives the same model again with the same seed, another one with another", async () => {
    const [same, other] = [
      await train(options(`${preset}-same`, settings[preset], { cacheDir: join(folder, `${preset}-cache`) })), // with nothing in it
      await train(options(`${preset}-other`, settings[preset], { seed: 4 })),
    ];
    expect(await filesOf(same.folder)).toEqual(await filesOf(result.folder));
    const isLearned = preset !== "fast"; // what follows from the images alone does not depend on the seed
    expect((await filesOf(other.folder)).join() !== (await filesOf(result.folder)).join()).toBe(isLearned);
  });

  const stops = [
    ["phase1", 3],
    ["phase2", 5],
  ] as const;
  it.each(preset === "fast" ? [] : stops)(
    "stopped in %s after step %d and resumed is the same model as not stopped",
    async (phase, step) => {
      const stopping = new AbortController();
      const onProgress = (progress: Progress) => progress.phase === phase && progress.done === step && stopping.abort();
      const out = `${preset}-${phase}`;
      await expect(train(options(out, settings[preset], { onProgress, signal: stopping.signal }))).rejects.toMatchObject({
        code: "LTAD_ABORTED",
      });
      expect(await readdir(join(folder, out))).toEqual(["checkpoint"]);
      const seen: Progress[] = [];
      const resumed = await train(options(out, settings[preset], { resume: true, onProgress: (progress) => seen.push(progress) }));
      expect(seen.find((progress) => progress.phase === phase)?.done).toBe(step + 1);
      expect(await filesOf(resumed.folder)).toEqual(await filesOf(result.folder));
    },
  );
});

describe("train", () => {
  it("leaves the names of `recommended` as they start: it has no phase 1", async () => {
    const sets = settings.recommended.filter((set) => !set.startsWith("names."));
    const { history } = await train(options("as-they-start", sets));
    expect([history.phase1.length, history.phase2.length]).toEqual([0, 8]);
  });

  it("joins small classes by the copies that their own images speak for, counts the images alone, and encodes the copies once", async () => {
    const lying = await turnedSplit();
    const { copies, folder: bundle } = await train(options("copies", settings.fast, { split: lying }));
    expect(copies).toEqual({ lying: ["180"] });
    const detector = await openDetector(bundle);
    expect(detector.manifest.classes.map(({ name, trainImages }) => [name, trainImages])).toEqual([
      ["upright", 8],
      ["lying", 8],
    ]);
    await detector.dispose();
    const encoded: Progress[] = [];
    const onProgress = (progress: Progress) => progress.phase === "copies" && encoded.push(progress);
    const none = await train(options("no-copies", [...settings.fast, "copies.upTo=7"], { split: lying, onProgress }));
    expect([none.copies, encoded]).toEqual([{}, []]);
    expect(await filesOf(none.folder)).not.toEqual(await filesOf(bundle));
    const again = await train(options("copies-again", settings.fast, { split: lying }));
    expect([again.copies, await filesOf(again.folder)]).toEqual([copies, await filesOf(bundle)]);
  });

  it("does not go on with a checkpoint of another seed", async () => {
    const stopping = new AbortController();
    const onProgress = ({ phase }: Progress) => phase === "phase1" && stopping.abort();
    await expect(train(options("mixed", undefined, { onProgress, signal: stopping.signal }))).rejects.toMatchObject({
      code: "LTAD_ABORTED",
    });
    await expect(train(options("mixed", undefined, { resume: true, seed: 9 }))).rejects.toThrow("other images, options or seed");
  });

  it("fits its steps into a budget, keeps them when it is resumed, and a training with these steps gives the same model", async () => {
    const many = ["augment.steps=1000", "detect.steps=1000"];
    const notes: string[] = [];
    const stopping = new AbortController();
    const onProgress = ({ phase, done }: Progress) => phase === "phase2" && done === 4 && stopping.abort();
    const budgeted = { budget: 0.1, onNote: (note: string) => notes.push(note) }; // is over before the first phase
    const sets = [...settings.recommended, ...many];
    await expect(train(options("budget", sets, { ...budgeted, onProgress, signal: stopping.signal }))).rejects.toMatchObject({
      code: "LTAD_ABORTED",
    });
    const steps = () => notes.filter((note) => note.startsWith("phase"));
    expect(steps()).toEqual([
      expect.stringMatching(/^phase1: 10 of 1000 steps, which no longer fit into 0\.1 s, at .* s each\.$/),
      expect.stringMatching(/^phase2: 10 of 1000 steps/),
    ]);
    const resumed = await train(options("budget", sets, { ...budgeted, resume: true }));
    expect(steps()).toHaveLength(2);
    expect(resumed.config).toMatchObject({ augment: { steps: 10 }, detect: { steps: 10 } });
    const plain = await train(options("as-budgeted", [...settings.recommended, "augment.steps=10", "detect.steps=10"]));
    expect(await filesOf(resumed.folder)).toEqual(await filesOf(plain.folder));
  });

  it("is not done again when it has finished, and refuses to replace the model of another one", async () => {
    const onModel = async () => {
      await writeFile(join(folder, "finished", ".0123456789ab.part"), "of a process that was killed");
    };
    const first = await train(options("finished", undefined, { onModel }));
    const phases = new Set<string>();
    const again = await train(options("finished", undefined, { resume: true, onProgress: ({ phase }) => phases.add(phase) }));
    expect(again).toEqual(first);
    expect([...phases]).toEqual([]);
    expect((await readdir(first.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
    await expect(train(options("finished", undefined, { resume: true, seed: 9 }))).rejects.toThrow(
      /finished model of a training with other images, options or seed, and no checkpoint/,
    );
    await expect(train(options("finished", settings.fast, { resume: true, force: true }))).resolves.toMatchObject({ folder: first.folder });
  });

  it("warns of classes with very few images", async () => {
    const { warnings } = await train(options("few"));
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toContain("only 1 training image. Add more good images of this class if you can.");
  });
});

/** Two classes of one product with a bright corner: in one it lies in the same place, in the other every second image is upside down. */
async function turnedSplit(): Promise<Split> {
  const rng = createRng("turned");
  for (const [name, isTurned] of [
    ["upright", () => false],
    ["lying", (i: number) => i % 2 === 1],
  ] as const) {
    const good = join(folder, "turned", name, "train", "good");
    await mkdir(good, { recursive: true });
    for (let i = 0; i < 8; i++) {
      const pixels = Buffer.from(
        Array.from({ length: 64 * 64 * 3 }, (_, at) => {
          const [y, x] = [Math.floor(at / 192), Math.floor(at / 3) % 64];
          return (y < 20 && x < 30 ? 200 : 60) + rng.integer(40) + (at % 3) * (y > 40 ? 10 : 0);
        }),
      );
      const image = sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } });
      await (isTurned(i) ? image.rotate(180) : image).png().toFile(join(good, `${i}.png`));
    }
  }
  return longTail(await scanDataset(join(folder, "turned")), { protocol: "full", order: ["upright", "lying"] });
}

/** Names (which hold the hash of the content) of a bundle's files. */
async function filesOf(bundle: string): Promise<string[]> {
  return (await readdir(bundle)).filter((name) => /\.(onnx|safetensors)$/.test(name)).sort();
}
