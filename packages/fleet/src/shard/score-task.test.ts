import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "@ltad/core";
import { writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import { expect, it, onTestFinished, vi } from "vitest";
import type { OpenPlan } from "../plan/open-plan.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { openScoring } from "./score-task.js";

it("keeps the files of the model as long as it scores: tables of many classes are read late", async () => {
  const [folder, temporary] = [await temporaryFolder(), await temporaryFolder()];
  await writeBundle(folder, tinyPartsByClass());
  const objects = new Map<string, Buffer>();
  const model: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    objects.set((model[name] = sha256(bytes)), bytes);
  }
  const image = Buffer.concat([Buffer.from("P5 40 32 255\n"), Buffer.alloc(40 * 32, 120)]); // a grey PGM
  const opened = { plan: { classes: [] }, object: async (hash: string) => objects.get(hash)! };
  vi.stubEnv("TMPDIR", temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const task = await openScoring(opened as unknown as OpenPlan, { kind: "score", classes: "predicted", model }, {});
  const models = async () => (await readdir(temporary)).filter((name) => name.startsWith("ltad-model-"));
  const [place] = await models();
  expect((await readdir(join(temporary, place!))).sort()).toEqual(Object.keys(model).sort());
  const state = task.begin();
  await state.add({ id: "a", file: "a.png", label: -1 }, image);
  expect(state.result().info.scores).toMatchObject([{ id: "a" }]);
  await task.close();
  expect(await models()).toEqual([]);
});
