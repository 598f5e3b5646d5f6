import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import type { OpenPlan } from "../plan/open-plan.js";
import type { StatisticsTask } from "../plan/plan.js";
import { bullQueue } from "../queue/bull-queue.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import type { Taken } from "./queue-worker.js";
import type { SlowChild } from "./slow-child.js";
import { tinyPlan } from "./tiny-plan.js";

const file = (name: string) => fileURLToPath(new URL(`../testing/${name}.ts`, import.meta.url));
export const quick = { lookSeconds: 0.2, addSeconds: 5 };

/** A worker in a process of its own. */
export function startWorker(url: string, program: SlowChild | "faulty-child" = "slow-child") {
  const args = ["--conditions=@ltad/source", "--import=tsx", file("queue-worker"), url, file(program)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let takes: (shard: number) => void = () => undefined;
  const taken = new Promise<number>((resolve) => (takes = resolve));
  child.on("message", (message: Taken) => takes(message.takes));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, /** The first shard that it takes. */ taken, /** Its exit code. */ exited };
}

export async function openQueue(url: string) {
  const queue = await bullQueue(url, { lockSeconds: 2 });
  onTestFinished(() => queue.close());
  return queue;
}

/** Merges, and compares with what one process computes without any queue: names and counts, and every bit of the sums. */
export async function expectSameAsAlone(opened: OpenPlan, root: string, options: Parameters<typeof tinyPlan>[1]) {
  const alone = await tinyPlan(join(root, "alone"), options);
  const task = await openTask(alone.opened, { threads: 1 });
  for (const shard of alone.opened.plan.shards.keys()) await runShard(alone.opened, task, shard);
  await task.close();
  const merge = (plan: OpenPlan, name: string) => mergeStatistics(plan, plan.plan.task as StatisticsTask, { out: join(root, name) });
  const [a, b] = [await merge(opened, "a"), await merge(alone.opened, "b")];
  expect([a.images, a.bad]).toEqual([b.images, []]);
  for (const label of opened.plan.classes.keys()) {
    const sums = (name: string) => readFile(join(root, name, `statistics/${label}.safetensors`));
    expect((await sums("a")).equals(await sums("b")), `sums of class ${label}`).toBe(true);
  }
  const classes = async (name: string) =>
    (JSON.parse(await readFile(join(root, name, "merged.json"), "utf8")) as { classes: unknown }).classes;
  expect(await classes("a")).toEqual(await classes("b"));
}
