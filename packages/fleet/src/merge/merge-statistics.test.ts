import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expectClose } from "@ltad/core/testing";
import { encodeFiles } from "@ltad/feature-store";
import { sumUp } from "@ltad/features";
import { expect, it } from "vitest";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import type { StatisticsTask } from "../plan/plan.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tiny, tinyPlan, type TinyPlanOptions } from "../testing/tiny-plan.js";
import { mergeStatistics } from "./merge-statistics.js";
import { readMerged } from "./read-merged.js";

async function runAll(options: TinyPlanOptions, order: (shards: number[]) => number[] = (shards) => shards) {
  const root = await temporaryFolder();
  const { opened, split, data } = await tinyPlan(root, options);
  const task = await openTask(opened, { threads: 1 });
  for (const shard of order([...opened.plan.shards.keys()])) await runShard(opened, task, shard);
  await task.close();
  const out = join(root, "merged");
  await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out });
  return { merged: await readMerged(out), split, root, data, shards: opened.plan.shards.length };
}

it("gives the sums of one machine to 1e-12 and the same sample, in 1, 7 or many shards, in any order", async () => {
  const one = await runAll({ shardImages: 1000 });
  const seven = await runAll({ shardImages: 3 });
  const many = await runAll({ shardImages: 1 }, (shards) => shards.toReversed());
  expect([one.shards, seven.shards, many.shards]).toEqual([1, 7, 21]);
  for (const { merged } of [seven, many]) {
    for (const [label, { sums, sample }] of merged.classes.entries()) {
      const expected = one.merged.classes[label]!;
      expect(sums.images).toBe(expected.sums.images);
      for (const name of ["position", "scatter", "z", "zSquare"] as const)
        expectClose(sums[name], expected.sums[name], { rtol: 1e-12, atol: 1e-12 }, name);
      expect(sample).toEqual(expected.sample);
    }
    expect(merged.info.classes).toEqual(one.merged.info.classes);
  }
});

it("gives the features and the sums that one machine encodes, and keeps the tail whole, with its copies", async () => {
  const { merged, split, root } = await runAll({ shardImages: 5 });
  const files = split.classes.flatMap(({ train }) => train.map(({ file }) => file));
  const store = await encodeFiles(files, tiny, { cacheDir: join(root, "cache") });
  const counts = split.classes.map(({ train }) => train.length);
  const labels = split.classes.flatMap(({ train }, label) => train.map(() => label));
  const sums = await sumUp({ store, counts, labels }, tiny.spec, {});
  const ids = split.classes.flatMap(({ train }) => train.map(({ id }) => id));
  for (const [label, own] of merged.classes.entries()) {
    expect(own.sums.images).toBe(counts[label]);
    expectClose(own.sums.scatter, sums[label]!.scatter, { rtol: 1e-5, atol: 1e-4 }, "scatter");
    expect(own.sample).toHaveLength(Math.min(4, counts[label]!));
    expect(own.hasCopies).toBe(counts[label]! > 1 && counts[label]! <= 4);
    for (const id of own.sample) {
      const found = await merged.read(label, id);
      expect(found).toEqual(await store.read(ids.indexOf(id)));
    }
    const copies = own.hasCopies ? own.sample : [];
    for (const id of copies)
      expect((await merged.read(label, id, "180")).features.shape).toEqual((await merged.read(label, id)).features.shape);
  }
});

it("refuses to merge while a shard is missing, or its only result is cut off", async () => {
  const root = await temporaryFolder();
  const { opened, store } = await tinyPlan(root, { shardImages: 9 });
  const task = await openTask(opened, { threads: 1 });
  const { key } = await runShard(opened, task, 0);
  const merge = () => mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, "merged") });
  await expect(merge()).rejects.toThrow(/^shard.* 1.*no result yet/);
  for (const shard of opened.plan.shards.keys()) await runShard(opened, task, shard);
  const whole = (await store.read(key))!;
  await store.write(key, whole.subarray(0, whole.length - 1));
  await expect(merge()).rejects.toThrow(/^shard 0: a result that is damaged/);
  await runShard(opened, task, 0);
  await expect(merge()).resolves.toMatchObject({ bad: [] });
  await expect(merge()).rejects.toThrow(/it already exists/);
  await rm(join(root, "merged"), { recursive: true });
  await task.close();
});

it("leaves out images that cannot be read, by name, after which the rest of the shard counts", async () => {
  const bad = { "empty.png": "", "cut.png": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex") };
  const { merged } = await runAll({ shardImages: 1000, bad });
  expect(merged.info.bad.map(({ id }) => id.split("/").at(-1)!).sort((a, b) => a.localeCompare(b))).toEqual(["cut.png", "empty.png"]);
  for (const { reason } of merged.info.bad) expect(reason).toMatch(/empty\.png|cut\.png/);
  expect(merged.info.classes.map(({ images }) => images)).toEqual([12, 12, 12]);
  expect(merged.split.classes.flatMap(({ train }) => train).some(({ id }) => /cut|empty/.test(id))).toBe(false);
});
