import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { StatisticsTask } from "../plan/plan.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { mergeStatistics } from "./merge-statistics.js";

it("takes no result of another plan or of another shard for its own", async () => {
  const root = await temporaryFolder();
  const [one, two] = [await tinyPlan(root, { shardImages: 7 }), await tinyPlan(root, { shardImages: 7, sample: 5 })];
  const task = await openTask(one.opened, { threads: 1 });
  for (const shard of one.opened.plan.shards.keys()) await runShard(one.opened, task, shard);
  await task.close();
  const [own, other] = [join(one.address, "shards"), join(two.address, "shards")];
  await cp(own, other, { recursive: true });
  const merged = (plan: typeof one, name: string) =>
    mergeStatistics(plan.opened, plan.opened.plan.task as StatisticsTask, { out: join(root, name) });
  await expect(merged(two, "two")).rejects.toThrow(/^shard 0: a result that is damaged, or of another plan\. Run it again with/);
  expect((await merged(one, "one")).bad).toEqual([]);

  await rm(join(own, "000001"), { recursive: true });
  await mkdir(join(own, "000001"));
  for (const name of await readdir(join(own, "000000"))) await cp(join(own, "000000", name), join(own, "000001", name));
  await expect(merged(one, "again")).rejects.toThrow(/^shard 1: a result that is damaged, or of another plan/);
});
