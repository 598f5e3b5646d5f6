// Failures of workers and queues with real servers: npm run test:fleet
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRng, sha256 } from "@ltad/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import type { OpenPlan } from "../plan/open-plan.js";
import type { StatisticsTask } from "../plan/plan.js";
import { listResults, missingShards } from "../shard/list-results.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import { hasProgram, postgresServer, redisServer, type TestServer } from "../testing/servers.js";
import type { Taken } from "../testing/queue-worker.js";
import type { SlowChild } from "../testing/slow-child.js";
import { temporaryFolder, tinyPlan } from "../testing/tiny-plan.js";
import { planStatus } from "../work/plan-status.js";
import { bullQueue } from "./bull-queue.js";
import { runByQueue } from "./run-by-queue.js";

const file = (name: string) => fileURLToPath(new URL(`../testing/${name}.ts`, import.meta.url));
const quick = { lookSeconds: 0.2, addSeconds: 5 };

/** A worker in a process of its own. */
function startWorker(url: string, program: SlowChild | "faulty-child" = "slow-child") {
  const args = ["--conditions=@ltad/source", "--import=tsx", file("queue-worker"), url, file(program)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let takes: (shard: number) => void = () => undefined;
  const taken = new Promise<number>((resolve) => (takes = resolve));
  child.on("message", (message: Taken) => takes(message.takes));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, /** The first shard that it takes. */ taken, /** Its exit code. */ exited };
}

async function openQueue(url: string) {
  const queue = await bullQueue(url, { lockSeconds: 2 });
  onTestFinished(() => queue.close());
  return queue;
}

/** Merges, and compares with what one process computes without any queue: names and counts, and every bit of the sums. */
async function expectSameAsAlone(opened: OpenPlan, root: string, options: Parameters<typeof tinyPlan>[1]) {
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

const servers: readonly [string, string, () => Promise<TestServer>][] = [
  ["Redis", "redis-server", redisServer],
  ["PostgreSQL", "initdb", postgresServer],
];

describe.each(servers)("a queue in %s", { timeout: 900_000 }, (_, program, start) => {
  const missing = `no ${program} on this machine: apt-get install redis-server postgresql`;
  beforeEach(({ skip }) => skip(!hasProgram(program), missing));

  it("counts every image once although workers are killed in their shards", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 2, train: 240, sample: 8 };
    const { address, opened } = await tinyPlan(root, options);
    const running = runByQueue(address, opened, await openQueue(url), quick);
    const workers = [startWorker(url), startWorker(url), startWorker(url)];
    const rng = createRng(1);
    const kills = 12;
    for (let killed = 0; killed < kills; killed++) {
      const place = killed % workers.length;
      await workers[place]!.taken;
      await sleep(300 * rng.uniform());
      workers[place]!.child.kill("SIGKILL");
      workers[place] = startWorker(url);
    }
    await running;
    await expectSameAsAlone(opened, root, options);
  });

  it("counts one result of a shard that two workers run", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 8, train: 24 };
    const { address, opened } = await tinyPlan(root, options);
    const queue = await openQueue(url);
    await queue.add("another-id", [{ plan: address, shard: 0 }]);
    const running = runByQueue(address, opened, queue, quick);
    const stopped = startWorker(url);
    const shard = await stopped.taken;
    stopped.child.kill("SIGSTOP"); // its lock runs out
    startWorker(url);
    await running;
    expect(await missingShards(opened)).toEqual([]);
    stopped.child.kill("SIGCONT");
    await sleep(3000);
    expect((await listResults(opened)).get(shard)).toHaveLength(1); // the same content has the same name
    await expectSameAsAlone(opened, root, options);
  });

  it("names images that crash or hang, and counts the rest of their shard", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const { address, opened } = await tinyPlan(root, {
      shardImages: 20,
      train: 6,
      bad: { "a.png": "crash", "b.png": "hang", "c.png": "" },
    });
    startWorker(url, "faulty-child");
    await runByQueue(address, opened, await openQueue(url), quick);
    const { bad } = await planStatus(opened);
    expect(bad.map(({ id, reason: why }) => `${id.split("/").at(-1)} ${/SIGABRT|20 s|empty/.exec(why)?.[0]}`)).toEqual([
      "a.png SIGABRT",
      "b.png 20 s",
      "c.png empty",
    ]);
  });

  it("goes on when the queue is killed, and adds only what is missing when it is started again", async () => {
    const root = await temporaryFolder();
    const server = await start();
    const options = { shardImages: 2, train: 24 };
    const { address, opened } = await tinyPlan(root, options);
    const controller = new AbortController();
    const stopped = runByQueue(address, opened, await openQueue(server.url), { ...quick, signal: controller.signal });
    startWorker(server.url);
    while ((await listResults(opened)).size < 4) await sleep(50);
    await server.kill();
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    const before = await listResults(opened);
    expect(await missingShards(opened)).not.toEqual([]);
    await server.start();
    await runByQueue(address, opened, await openQueue(server.url), quick); // the worker has come back by itself
    for (const [shard, [result]] of before) expect((await listResults(opened)).get(shard)![0]).toEqual(result);
    await expectSameAsAlone(opened, root, options);
  });

  it("lets two coordinators wait for the same plan", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 4, train: 24 };
    const { address, opened } = await tinyPlan(root, options);
    const both = [runByQueue(address, opened, await openQueue(url), quick), runByQueue(address, opened, await openQueue(url), quick)];
    startWorker(url);
    await Promise.all(both);
    await expectSameAsAlone(opened, root, options);
  });

  it("gets a shard back from a worker that is stopped, or that is of another version", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 30, train: 24 };
    const { address, opened, store } = await tinyPlan(root, options);
    const queue = await openQueue(url);
    const running = runByQueue(address, opened, queue, { ...quick, addSeconds: 1e6 });
    const first = startWorker(url);
    await first.taken;
    await sleep(500);
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(130);
    startWorker(url);
    await running;
    await expectSameAsAlone(opened, root, options);

    const text = JSON.stringify({ ...opened.plan, producer: "ltad 0.0.1" });
    const id = sha256(text).slice(0, 16);
    await store.write(`plans/${id}/plan.json`, text);
    await queue.add(id, [{ plan: address.replace(/[^/]+$/, id), shard: 0 }]);
    const [unfit, other] = [startWorker(url), startWorker(url)];
    expect([await unfit.exited, await other.exited]).toEqual([2, 2]); // the second got what the first gave back
    expect(await queue.failed(id)).toEqual([]);
  });

  it("gives a shard up that cannot succeed, says why, and tries it again when it is started again", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const { address, opened, store } = await tinyPlan(root, { shardImages: 30 });
    const key = `plans/${opened.id}/items/000000.json`;
    const list = (await store.read(key))!;
    await store.write(key, "[]");
    const queue = await openQueue(url);
    startWorker(url);
    await expect(runByQueue(address, opened, queue, quick)).rejects.toThrow(
      /^shard 0 was given up by its workers: .*000000\.json: this object is missing or damaged/,
    );
    await store.write(key, list);
    await runByQueue(address, opened, queue, quick);
    expect(await missingShards(opened)).toEqual([]);
  });

  it("says that the server is not there, without its password", async () => {
    const server = await start();
    await server.kill();
    const { url, port } = server;
    const protocol = new URL(url).protocol;
    await expect(bullQueue(`${protocol}//u:secret@127.0.0.1:${port}/0`)).rejects.toThrow(
      new RegExp(`^--queue: the server 127.0.0.1:${port} cannot be reached \\(connect ECONNREFUSED 127.0.0.1:${port}\\)`),
    );
  });
});
