import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { StatisticsTask } from "../plan/plan.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import { sourceOptions, temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { mergeStatistics } from "./merge-statistics.js";

it("leaves no folder when it is killed, and gives the same when it is run again", { timeout: 240_000 }, async () => {
  const root = await temporaryFolder();
  const { address, opened } = await tinyPlan(root, { shardImages: 1, train: 40 });
  const task = await openTask(opened, { threads: 1 });
  for (const shard of opened.plan.shards.keys()) await runShard(opened, task, shard);
  await task.close();
  const out = join(root, "merged");
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const program = `
    import { openPlan } from ${module("../plan/open-plan.ts")};
    import { mergeStatistics } from ${module("merge-statistics.ts")};
    const opened = await openPlan(${JSON.stringify(address)});
    const onProgress = ({ done }) => {
      if (done < 20) return;
      process.send("half");
      for (;;);
    };
    await mergeStatistics(opened, opened.plan.task, { out: ${JSON.stringify(out)}, onProgress });
  `;
  const child = spawn(process.execPath, [...sourceOptions.split(" "), "--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    cwd: import.meta.dirname,
  });
  await once(child, "message");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(existsSync(out)).toBe(false);
  expect((await readdir(root)).filter((name) => /^\.merged\..*\.part$/.test(name))).toHaveLength(1); // what it had begun
  const merge = async (name: string) => {
    await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, name) });
    return readFile(join(root, name, "merged.json"), "utf8");
  };
  expect(await merge("merged")).toBe(await merge("again"));
});
