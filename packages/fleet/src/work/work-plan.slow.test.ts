import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import type { StatisticsTask } from "../plan/plan.js";
import { missingShards } from "../shard/list-results.js";
import { sourceOptions, temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import type { Fault } from "../testing/faulty-child.js";
import { planStatus } from "./plan-status.js";
import { workPlan } from "./work-plan.js";

const program = new URL("../testing/faulty-child.ts", import.meta.url);
const options = process.env["NODE_OPTIONS"];
beforeAll(() => void (process.env["NODE_OPTIONS"] = sourceOptions)); // the processes run on the sources
afterAll(() => void (process.env["NODE_OPTIONS"] = options ?? ""));

it("names images that crash or hang their process twice, and counts the rest of their shard", { timeout: 240_000 }, async () => {
  const root = await temporaryFolder();
  const bad: Record<string, Fault | ""> = { "a.png": "crash", "b.png": "hang", "c.png": "" };
  const { address, opened } = await tinyPlan(root, { shardImages: 20, train: 6, bad });
  expect(await planStatus(opened)).toMatchObject({ done: 0, missing: [0, 1], images: 21, imagesDone: 0, bad: [], secondsLeft: null });
  const shards = [...opened.plan.shards.keys()];
  const temporary = join(root, "temporary");
  await mkdir(temporary);
  vi.stubEnv("TMPDIR", temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const folders = async () => (await readdir(temporary)).filter((name) => name.startsWith("ltad-"));
  let most = 0;
  const onProgress = () => void folders().then(({ length }) => (most = Math.max(most, length)));
  const done = await workPlan(address, opened, { processes: 1, shards, threads: 1, imageSeconds: 6, program, onProgress });
  await vi.waitFor(async () => expect(await folders()).toEqual([]), { timeout: 10_000 }); // also of the processes that were killed
  expect(most).toBe(1);
  expect(done.map(({ images }) => images)).toEqual([17, 1]);
  const status = await planStatus(opened);
  expect(status).toMatchObject({ done: 2, missing: [], imagesDone: 21, secondsLeft: 0 });
  const reasons = Object.fromEntries(status.bad.map(({ id, reason }) => [id.split("/").at(-1), reason]));
  expect(reasons["a.png"]).toBe("twice, the process that read it was ended by SIGABRT");
  expect(reasons["b.png"]).toBe("twice, the process that read it took more than 6 s");
  expect(reasons["c.png"]).toMatch(/c\.png.*empty/);
  const merged = await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, "merged") });
  expect(merged.images).toBe(18);
});

it("stops when it is told to, keeps what is finished, and runs only the rest then", { timeout: 240_000 }, async () => {
  const root = await temporaryFolder();
  const { address, opened } = await tinyPlan(root, { shardImages: 3 });
  const controller = new AbortController();
  const all = [...opened.plan.shards.keys()];
  const onShard = () => controller.abort();
  const stopped = workPlan(address, opened, { processes: 1, shards: all, threads: 1, signal: controller.signal, onShard });
  await expect(stopped).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  const missing = await missingShards(opened);
  expect(missing).toEqual(all.slice(1));
  const done = await workPlan(address, opened, { processes: 2, shards: missing, threads: 1 });
  expect(done.map(({ shard }) => shard)).toEqual(missing);
  expect(await missingShards(opened)).toEqual([]);
  expect(await readdir(join(address, "shards"))).toHaveLength(all.length);
});

it("hands on the error of a shard, such as of a list that is damaged", { timeout: 240_000 }, async () => {
  const root = await temporaryFolder();
  const { address, opened, store } = await tinyPlan(root, { shardImages: 30 });
  await store.write(`plans/${opened.id}/items/000000.json`, "[]");
  const worked = workPlan(address, opened, { processes: 1, shards: [0], threads: 1 });
  await expect(worked).rejects.toThrow(LtadError);
  await expect(worked).rejects.toThrow(/items\/000000\.json: this object is missing or damaged/);
});
