import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectClose } from "@ltad/core/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDetector } from "./detector.js";
import { checkAnswer, probe, storeCheck } from "./probe.js";
import { tinyParts } from "./testing/tiny-bundle.js";
import { writeBundle } from "./write-bundle.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "ltad-probe-")), "model");
});
afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

async function answer(change: { weights?: number } = {}) {
  const detector = await openDetector(folder);
  const scaled: typeof detector = {
    ...detector,
    async score(...inputs) {
      const found = await detector.score(...inputs);
      return { ...found, score: found.score.map((value) => value * (change.weights ?? 1)) };
    },
  };
  const answered = await checkAnswer(scaled);
  await detector.dispose();
  return answered;
}

it("a stored answer is found again, and the rest of the manifest stays", async () => {
  const { check: none, ...before } = await writeBundle(folder, tinyParts());
  expect(none).toBeUndefined();
  const check = await storeCheck(folder);
  const detector = await openDetector(folder);
  expect(detector.manifest).toEqual({ ...before, check });
  const again = await probe(detector);
  await detector.dispose();
  expectClose([again.score, again.mapSum], [check.score, check.mapSum], { rtol: 1e-6, atol: 0 });
  expect(await answer()).toMatchObject({ same: true, stored: check });
});

it("another answer is told from it", async () => {
  await writeBundle(folder, tinyParts());
  await storeCheck(folder);
  expect(await answer({ weights: 1 + 1e-4 })).toMatchObject({ same: true });
  expect(await answer({ weights: 1.01 })).toMatchObject({ same: false });
  expect(await answer({ weights: Number.NaN })).toMatchObject({ same: false });
});

it("there is no answer for a bundle without one, or with one to another input", async () => {
  const parts = tinyParts();
  await writeBundle(folder, parts);
  expect(await answer()).toBeNull();
  await writeBundle(folder, { ...parts, manifest: { ...parts.manifest, check: { input: "of a later version", score: 1, mapSum: 1 } } });
  expect(await answer()).toBeNull();
});

it("the encoder's graph is read from the bundle again, and not from another that took its place", async () => {
  const parts = tinyParts();
  await writeBundle(folder, parts);
  const detector = await openDetector(folder);
  const { graph, spec } = await detector.encoder();
  expect([Buffer.compare(graph, parts.encoder.model), spec]).toEqual([0, detector.manifest.features]);
  await writeBundle(folder, { ...parts, encoder: { ...parts.encoder, model: new TextEncoder().encode("another") } });
  await expect(detector.encoder()).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
  await detector.dispose();
});
