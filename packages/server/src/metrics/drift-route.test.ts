import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterEach, expect, it } from "vitest";
import { createApp } from "../app.js";
import { Models } from "../models/models.js";
import { fakeEngine, fakeModel } from "../testing/fake-engine.js";
import { imageInput } from "../testing/open-app.js";

const usual = [{ name: "nut", score: { median: 1, low: 1, high: 1, least: 45 } }];
let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

it("speaks of the newest version alone, whose images those of others do not touch, and of nothing after it was loaded again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-drift-"));
  for (const version of ["1", "2"]) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "model.json"), "{}");
  }
  let bundles = 0;
  const open = async () => fakeEngine({ model: { ...fakeModel, usual, identity: `${++bundles}` } });
  const models = await Models.open({ folders: new Map([["ltad", folder]]), open, log: () => {} });
  app = await createApp({ models });
  const images = async () => (await app!.inject("/drift")).json<{ classes: { images: number }[] }>().classes.map((one) => one.images);
  const judge = (version: number) =>
    app!.inject({ method: "POST", url: `/v2/models/ltad/versions/${version}/infer`, payload: { inputs: [imageInput()] } });
  await judge(1);
  expect(await images()).toEqual([]);
  for (const version of [2, 1, 2, 1, 2]) await judge(version);
  expect(await images()).toEqual([3]);
  await utimes(join(folder, "2", "model.json"), new Date(), new Date(Date.now() + 5000));
  await models.refresh();
  expect(bundles).toBe(3);
  expect(await images()).toEqual([]);
  expect((await app.inject("/metrics")).body).not.toContain("ltad_drift_above_median{");
  await judge(2);
  expect(await images()).toEqual([1]);
  await models.unload("ltad");
  expect(await images()).toEqual([]);
  await rm(folder, { recursive: true });
});
