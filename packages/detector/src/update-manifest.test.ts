import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { withGoodImages, withLimit } from "./edit-decision.js";
import { sampleParts } from "./testing/sample-parts.js";
import { readManifest, updateManifest } from "./update-manifest.js";
import { writeBundle } from "./write-bundle.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const decision = {
  falseAlarmRate: 0.01,
  classes: [
    { good: [1, 2], limit: null },
    { good: [3], limit: null },
  ],
};

async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-update-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { manifest, ...parts } = sampleParts(bytes("an encoder"), bytes("a head"));
  await writeBundle(folder, { ...parts, manifest: { ...manifest, decision } });
  return folder;
}

it("changes what it is given and leaves every other byte of the manifest", async () => {
  const folder = await bundle();
  const place = join(folder, "model.json");
  // As an older version wrote it: fields that have a default now are missing, and stay so.
  const old = (await readFile(place, "utf8")).replace('"kernel": "linear",', "").replace('"length": "raw",', "");
  const tidy = `${JSON.stringify(JSON.parse(old), null, 2)}\n`;
  await writeFile(place, tidy);
  const written = await updateManifest(folder, (manifest) => ({ decision: withLimit(manifest.decision!, 1, 12) }));
  expect(written.decision?.classes[1]).toEqual({ good: [3], limit: 12 });
  const text = await readFile(place, "utf8");
  expect(text.split("\n").filter((line) => !tidy.split("\n").includes(line))).toEqual(['        "limit": 12']);
  expect(await readManifest(folder)).toEqual(written);
  expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
});

it("refuses a change that contradicts the rest, and keeps the file", async () => {
  const folder = await bundle();
  const before = await readFile(join(folder, "model.json"), "utf8");
  const one = { falseAlarmRate: 0.01, classes: [{ good: [1], limit: null }] };
  await expect(updateManifest(folder, () => ({ decision: one }))).rejects.toThrow(/decision\.classes: expected one entry for each of 2/);
  const descending = { ...decision, classes: [{ good: [2, 1], limit: null }, decision.classes[1]!] };
  await expect(updateManifest(folder, () => ({ decision: descending }))).rejects.toThrow(/ascending/);
  expect(await readFile(join(folder, "model.json"), "utf8")).toBe(before);
  await expect(updateManifest(join(folder, "none"), () => ({}))).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
});

it("good images replace those of their class alone, in order, and keep a limit that was set", () => {
  const set = withLimit(decision, 0, 9);
  expect(withGoodImages(set, new Map([[0, { scores: [5, 4, 6] }]])).classes).toEqual([
    { good: [4, 5, 6], limit: 9, recalibrated: true },
    decision.classes[1],
  ]);
  const scores = Float64Array.from({ length: 30_001 }, (_, i) => (i * 7919) % 30_001);
  const { good } = withGoodImages(decision, new Map([[1, { scores: [...scores], distances: [2, 1] }]])).classes[1]!;
  expect([good.length, good[0], good.at(-1), good[5000]]).toEqual([10_000, 0, 30_000, 15_002]);
});
