import { createRng, sha256 } from "@ltad/core";
import { fitStatistics } from "@ltad/features";
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { resolveConfig } from "../config/resolve-config.js";
import { randomImages, setOf, spec } from "../testing/tiny-set.js";
import { sumByFold } from "./fold-sums.js";
import { type KeptForm, keptForm } from "./kept-form.js";
import type { Run } from "./open-run.js";
import type { TrainingSet } from "./training-set.js";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "ltad-kept-"));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const images: TrainingSet = { ...setOf(randomImages(createRng("kept form"))), entries: "abcdefghij".split("") };
const run = { config: resolveConfig({}), spec, featuresId: sha256("features"), judged: undefined } as unknown as Run;
const fileIn = async () => join(cache, "statistics", (await readdir(join(cache, "statistics")))[0]!);

async function fitted(): Promise<KeptForm> {
  const { sums, folds } = await sumByFold(images, spec, {});
  const statistics = await fitStatistics(images, sums, spec, { ...run.config.whitening, positionRank: 2 });
  return { sums, folds: [folds[0], undefined, folds[2]], chosen: [[], ["180", "flip"], []], statistics };
}

it("returns what was written, to the last bit, also where folds were not kept", async () => {
  const form = await fitted();
  expect(await keptForm(run, images, cache)!.read()).toBeUndefined();
  await keptForm(run, images, cache)!.write(form);
  expect(await keptForm(run, images, cache)!.read()).toStrictEqual(form);
});

it.each<[string, () => ReturnType<typeof keptForm>]>([
  ["another image", () => keptForm(run, { ...images, entries: "abcdefghiX".split("") }, cache)],
  ["an image of another class", () => keptForm(run, { ...images, labels: [...images.labels.slice(0, -1), 1] }, cache)],
  ["another order", () => keptForm(run, { ...images, entries: "bacdefghij".split("") }, cache)],
  ["another encoder", () => keptForm({ ...run, featuresId: sha256("others") }, images, cache)],
  ["another ridge", () => keptForm({ ...run, config: { ...run.config, whitening: { ...run.config.whitening, ridge: 9 } } }, images, cache)],
  ["other copies", () => keptForm({ ...run, config: { ...run.config, copies: { upTo: 1 } } }, images, cache)],
  ["an include mask", () => keptForm({ ...run, judged: { dtype: "float32", shape: [3, 16], data: new Float32Array(48) } }, images, cache)],
])("has nothing for %s", async (_, other) => {
  await keptForm(run, images, cache)!.write(await fitted());
  expect(await other()!.read()).toBeUndefined();
});

it("keeps nothing for images that other machines have encoded", () => {
  expect(keptForm(run, setOf([]), cache)).toBeUndefined();
});

it("takes a damaged file for none, and replaces it", async () => {
  const [kept, form] = [keptForm(run, images, cache)!, await fitted()];
  await kept.write(form);
  const file = await fileIn();
  const whole = await readFile(file);
  const renamed = Buffer.from(whole.toString("latin1").replace("sums.1.position", "sums.9.position"), "latin1");
  for (const bytes of [new Uint8Array(), whole.subarray(0, 100), whole.subarray(0, -1), renamed]) {
    await writeFile(file, bytes);
    expect(await kept.read()).toBeUndefined();
  }
  await kept.write(form);
  expect(await kept.read()).toStrictEqual(form);
});

it("removes the files that were read longest ago when all together are larger than 1 GiB", async () => {
  const [kept, form] = [keptForm(run, images, cache)!, await fitted()];
  await kept.write(form);
  const names = ["first.safetensors", ".0123456789ab.part", "third.safetensors"]; // one is what a killed process left
  const others = names.map((name) => join(cache, "statistics", name));
  for (const [age, file] of others.entries()) {
    await writeFile(file, "");
    await truncate(file, 600 * 1024 * 1024); // a hole that takes no room on disk
    await utimes(file, 1000 + age, 1000 + age);
  }
  await utimes(await fileIn(), 1, 1); // the oldest, until it is read
  expect(await kept.read()).toBeDefined();
  await kept.write(form);
  const left = await Promise.all(others.map((file) => stat(file).then(Boolean, () => false)));
  expect(left).toEqual([false, false, true]);
  expect(await kept.read()).toStrictEqual(form);
});
