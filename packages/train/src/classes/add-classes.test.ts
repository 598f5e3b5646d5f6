import { createRng, float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { longTail, scanDataset, type Split, type SplitClass } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { limitOf, loadBundle, type Manifest, openDetector, readManifest, writeBundle } from "@ltad/detector";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../config/resolve-config.js";
import { train } from "../train.js";
import { addClasses, type EditedModel, type EditOptions, updateClass } from "./add-classes.js";
import { openModel } from "./trained-model.js";
import { removeClasses } from "./remove-classes.js";
import { wholeHead } from "./whole-head.js";

// Three classes of 7, 6 and 5 images: a model of two of them, to which the third is added.

const settings = {
  recommended: ["augment.steps=4", "augment.batch=4", "augment.width=8", "augment.latent=4", "detect.steps=5", "detect.images=4"],
  fast: ["preset=fast"],
  paper: [
    "preset=paper",
    "augment.steps=2",
    "detect.steps=2",
    "detect.images=2",
    "reconstruct.width=16",
    "reconstruct.heads=2",
    "reconstruct.neighbourhood=1",
  ],
};

let root: string;
let split: Split;
let options: EditOptions;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-classes-"));
  await synthesise(join(root, "data"), { seed: 5, size: 64, classes: 3, train: 7, good: 2, defects: 1 });
  const dataset = await scanDataset(join(root, "data"));
  const { classes } = await longTail(dataset, { protocol: "full", seed: 1 });
  split = { protocol: "full", seed: 1, classes: classes.map((entry, k) => ({ ...entry, train: entry.train.slice(k) })) };
  options = { cacheDir: join(root, "cache"), text: tinyTextEncoder(createRng(2)) };
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function trained(name: string, preset: keyof typeof settings, chosen: readonly SplitClass[]): Promise<string> {
  const out = join(root, name);
  const config = resolveConfig({ sets: ["features.inputSize=64", ...settings[preset]] });
  const encoders = { image: tinyImageEncoder(createRng(1)), text: options.text! };
  await train({ split: { ...split, classes: chosen }, seed: 3, config, out, cacheDir: options.cacheDir, encoders });
  return out;
}

async function written(name: string, { parts }: EditedModel): Promise<string> {
  await writeBundle(join(root, name), parts);
  return join(root, name);
}

/** Everything that a model says of the training images of some classes. */
async function answersOf(folder: string, classes: readonly SplitClass[]) {
  const detector = await openDetector(folder);
  try {
    const answers = [];
    for (const { name, train: items } of classes)
      for (const { file } of items.slice(0, 2)) {
        const { score, map, verdict, distance } = await detector.predict(file, { class: name, size: "grid" });
        answers.push({ score, map, pValue: verdict?.pValue, distance });
      }
    return answers;
  } finally {
    await detector.dispose();
  }
}

/** The arrays of a model, with the tables of the first class. */
async function allArrays(folder: string) {
  return { ...(await openModel(folder)).arrays, ...(await (await loadBundle(folder)).byClass!.read(0)) };
}

const filesOf = async (folder: string) => (await readdir(folder)).filter((name) => /\.(onnx|safetensors)$/.test(name)).sort();

describe.each(["recommended", "fast"] as const)("a class added to a model, preset %s", (preset) => {
  let [before, after] = ["", ""];
  beforeAll(async () => {
    const [first, second, third] = split.classes as [SplitClass, SplitClass, SplitClass];
    before = await trained(`${preset}-two`, preset, [first, third]);
    after = await written(`${preset}-three`, await addClasses(before, [second], options));
  });

  it("changes nothing that the model says of the other classes, but limits that are estimated from the tails of all", async () => {
    const others = split.classes.filter((_, k) => k !== 1);
    expect(await answersOf(after, others)).toEqual(await answersOf(before, others));
    const [old, found] = [(await readManifest(before)).decision!, (await readManifest(after)).decision!];
    for (const label of old.classes.keys()) {
      const { limit, basis } = limitOf(old, label);
      expect(basis).toBe("estimated");
      expectClose([limitOf(found, label).limit], [limit], { rtol: 0.2, atol: 0 }, "limit");
    }
  });

  it("lies behind the others, and between them in order of size", async () => {
    const { classes } = await readManifest(after);
    const names = split.classes.map(({ name }) => name);
    expect(classes.map(({ name, trainImages, order }) => [name, trainImages, order])).toEqual([
      [names[0], 7, 0],
      [names[2], 5, 2],
      [names[1], 6, 1],
    ]);
  });

  it("has a limit from images that were held out, on the scale of the others", async () => {
    const { decision } = (await readManifest(after)) as Manifest & { decision: NonNullable<Manifest["decision"]> };
    const own = decision.classes[2]!;
    expect(own.good).toHaveLength(6);
    expectClose([geometricMean(own.good)], [1], { rtol: 1e-4, atol: 0 }, "typical score");
    const [known, held] = [await answersOf(after, split.classes.slice(1, 2)), own.good];
    expect(Math.min(...held)).toBeGreaterThan(Math.min(...known.map(({ score }) => score)));
  });

  it("knows its neighbours, and they know it", async () => {
    const [old, found] = [(await readManifest(before)).decision!.classes, (await readManifest(after)).decision!.classes];
    expect(Number.isFinite(found[2]!.nearestOther)).toBe(true);
    for (const [label, entry] of old.entries()) expect(found[label]!.nearestOther).toBeLessThanOrEqual(entry.nearestOther!);
  });

  it("leaves the files of the other classes and the scoring graph as they are", async () => {
    const [was, is] = [await readManifest(before), await readManifest(after)];
    expect(is.classes.slice(0, 2).map(({ file }) => file)).toEqual(was.classes.map(({ file }) => file));
    expect(is.graphs.head).toEqual(was.graphs.head);
  });

  it("joins a bundle of version 1, whose head has the tables of all classes inside", async () => {
    const bundle = await loadBundle(before);
    const model = await wholeHead(bundle);
    const { classes, graphs } = bundle.manifest;
    const weights = { ...(await bundle.weights()) };
    for (const name of ["tables.positionMean", "tables.whitening"]) {
      const rows = await Promise.all(classes.map(async (_, label) => (await bundle.byClass!.read(label))[name]!));
      weights[name] = float32(
        [2, ...rows[0]!.shape.slice(1)],
        rows.flatMap(({ data }) => [...data]),
      );
    }
    const old = join(root, `${preset}-old`);
    const { features, z } = graphs.head.inputs;
    const head = {
      model,
      inputs: { features: features!, z: z!, class: graphs.nearest!.inputs["class"]! },
      outputs: [...graphs.head.outputs, "label", "distance"],
    };
    const encoder = { ...graphs.encoder, model: bundle.encoder };
    const { version } = await writeBundle(old, { manifest: (await openModel(before)).manifest, encoder, head, weights });
    expect(version).toBe(1);
    expect(await answersOf(old, split.classes.slice(0, 1))).toEqual(await answersOf(before, split.classes.slice(0, 1)));
    const joined = await written(`${preset}-old-three`, await addClasses(old, [split.classes[1]!], options));
    expect((await readManifest(joined)).classes.map(({ file }) => file)).toEqual(
      (await readManifest(after)).classes.map(({ file }) => file),
    );
  });

  it("removed again, leaves the very files that were there", async () => {
    const again = await written(`${preset}-again`, await removeClasses(after, [split.classes[1]!.name]));
    expect(await filesOf(again)).toEqual(await filesOf(before));
    expect((await readManifest(again)).classes).toEqual((await readManifest(before)).classes);
  });

  it("fitted again to the same images, is what the training had fitted", async () => {
    const [first] = split.classes as [SplitClass];
    const again = await written(`${preset}-same`, await updateClass(before, first, options));
    const [was, is] = [await allArrays(before), await allArrays(again)];
    expect(Object.keys(is)).toEqual(Object.keys(was));
    for (const [name, { data }] of Object.entries(was)) {
      const isAxes = name === "tables.axes"; // an axis may point either way
      const values = isAxes ? [is[name]!.data, data].map((all) => all.map(Math.abs)) : [is[name]!.data, data];
      expectClose(values[0]!, values[1]!, { rtol: 2e-3, atol: 2e-3 }, name);
    }
    const goodOf = async (folder: string) => (await readManifest(folder)).decision!.classes[0]!.good;
    expectClose(await goodOf(again), await goodOf(before), { rtol: 1e-3, atol: 1e-4 }, "held-out scores");
  });

  it("fitted again to more images, counts them, and leaves the others as they are", async () => {
    const [first, second, third] = split.classes as [SplitClass, SplitClass, SplitClass];
    const more = { ...second, train: [...second.train, ...third.train.slice(0, 2)] };
    const updated = await written(`${preset}-more`, await updateClass(after, more, options));
    const manifest = await readManifest(updated);
    expect([manifest.classes[2]!.trainImages, manifest.decision!.classes[2]!.good.length]).toEqual([8, 8]);
    expect(manifest.classes.map(({ order }) => order)).toEqual([1, 2, 0]);
    expect(await answersOf(updated, [first])).toEqual(await answersOf(after, [first]));
    expect(await answersOf(updated, [second])).not.toEqual(await answersOf(after, [second]));
  });
});

it("refuses what it cannot do, and says what to do", async () => {
  const [first, second] = split.classes as [SplitClass, SplitClass];
  const fast = await trained("fast-one", "fast", [first]);
  await expect(addClasses(fast, [first], options)).rejects.toThrow(/already has .*update-class/);
  await expect(addClasses(fast, [{ ...second, train: second.train.slice(0, 1) }], options)).rejects.toThrow(/\(1\): expected at least 2/);
  await expect(updateClass(fast, second, options)).rejects.toThrow(/expected a class of the model.*add-class/);
  await expect(removeClasses(fast, [second.name])).rejects.toThrow(/expected a class of the model/);
  await expect(removeClasses(fast, [first.name])).rejects.toThrow(/is the last class/);
  const paper = await trained("paper-one", "paper", [first]);
  await expect(addClasses(paper, [second], options)).rejects.toThrow(/preset paper.*Train it again/);
  await expect(addClasses(join(root, "data"), [second], options)).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
});

it("a model of one class takes another, and knows then how near it is", async () => {
  const [first, second] = split.classes as [SplitClass, SplitClass];
  const one = await trained("one", "fast", [first]);
  expect((await readManifest(one)).decision!.classes[0]!.nearestOther).toBeUndefined();
  const two = await written("two", await addClasses(one, [second], options));
  const near = (await readManifest(two)).decision!.classes.map(({ nearestOther }) => nearestOther!);
  expect(near.every((distance) => distance > 0 && Number.isFinite(distance))).toBe(true);
  const back = await written("back", await removeClasses(two, [second.name]));
  expect((await readManifest(back)).decision!.classes[0]!.nearestOther).toBeUndefined();
});

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
