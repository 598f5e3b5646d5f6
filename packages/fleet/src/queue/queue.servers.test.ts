// Failures of workers and queues with real servers: npm run test:fleet
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRng, sha256 } from "@ltad/core";
import { beforeEach, describe, expect, it } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import type { StatisticsTask } from "../plan/plan.js";
import { listResults, missingShards } from "../shard/list-results.js";
import { expectSameAsAlone, openQueue, quick, startWorker } from "../testing/fleet-run.js";
import { relay, type Weather } from "../testing/relay.js";
import { hasProgram, postgresServer, redisServer, type TestServer } from "../testing/servers.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { planStatus } from "../work/plan-status.js";
import { bullQueue } from "./bull-queue.js";
import { runByQueue } from "./run-by-queue.js";

/** A file that no program should trust. */
const hostile = (name: string) => readFile(new URL(`../../../data/src/__fixtures__/images/files/${name}`, import.meta.url));

const servers: readonly [string, string, () => Promise<TestServer>][] = [
  ["Redis", "redis-server", redisServer],
  ["PostgreSQL", "initdb", postgresServer],
];

describe.each(servers)("a queue in %s", { timeout: 900_000 }, (_, program, start) => {
  const missing = `no ${program} on this machine: apt-get install redis-server postgresql`;
  beforeEach(({ skip }) => skip(!hasProgram(program), missing));

  it("counts every image once although 50 workers are killed in their shards", { timeout: 1_800_000 }, async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 1, train: 133, sample: 8 };
    const { address, opened } = await tinyPlan(root, options);
    expect(opened.plan.shards.length).toBeGreaterThanOrEqual(200);
    const state = { killed: 0, isDone: false };
    const running = runByQueue(address, opened, await openQueue(url), quick).finally(() => (state.isDone = true));
    const rng = createRng(1);
    const killer = async () => {
      for (let worker = startWorker(url); !state.isDone && state.killed < 50; worker = startWorker(url)) {
        await Promise.race([worker.taken, running]);
        await sleep(4000 * rng.uniform()); // some finish a few shards, and some none
        if (state.killed++ < 50) worker.child.kill("SIGKILL");
      }
    };
    await Promise.all([killer(), killer(), killer()]);
    startWorker(url);
    await running;
    expect(state.killed).toBeGreaterThanOrEqual(50);
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

  it("names images that crash, hang, explode or are cut off, and counts the rest of their shard", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const [bomb, half] = await Promise.all(["bomb_30000x30000_1bit.png", "truncated_half.png"].map(hostile));
    const bad = { "a.png": "crash", "b.png": "hang", "c.png": "", "d.png": bomb!, "e.png": half! };
    const { address, opened } = await tinyPlan(root, { shardImages: 30, train: 6, bad });
    startWorker(url, "faulty-child");
    await runByQueue(address, opened, await openQueue(url), quick);
    const { bad: found } = await planStatus(opened);
    const words = /SIGABRT|20 s|empty|too many pixels|damaged or truncated/;
    expect(found.map(({ id, reason }) => `${id.split("/").at(-1)}: ${words.exec(reason)?.[0]}`)).toEqual([
      "a.png: SIGABRT",
      "b.png: 20 s",
      "c.png: empty",
      "d.png: too many pixels",
      "e.png: damaged or truncated",
    ]);
    const merged = await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, "merged") });
    expect([merged.images, merged.bad.length]).toEqual([18, 5]);
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

  it("waits for a queue that is restarted, and goes on by itself", async () => {
    const root = await temporaryFolder();
    const server = await start();
    const options = { shardImages: 2, train: 24 };
    const { address, opened } = await tinyPlan(root, options);
    const running = runByQueue(address, opened, await openQueue(server.url), quick);
    const worker = startWorker(server.url);
    while ((await listResults(opened)).size < 3) await sleep(50);
    await server.kill();
    await sleep(3000);
    await server.start();
    await running;
    expect(worker.child.exitCode).toBeNull();
    await expectSameAsAlone(opened, root, options);
  });

  it.each<[string, Weather]>([
    ["cut", "cut"],
    ["silent", "silent"],
    ["slow", { delay: 500 }],
  ])("loses and doubles nothing while the network of one worker is %s", async (_name, weather) => {
    const root = await temporaryFolder();
    const server = await start();
    const options = { shardImages: 4, train: 24 };
    const { address, opened } = await tinyPlan(root, options);
    const network = await relay(server.port);
    const running = runByQueue(address, opened, await openQueue(server.url), quick);
    const cutOff = startWorker(server.url.replace(`:${server.port}`, `:${network.port}`));
    const shard = await cutOff.taken;
    network.become(weather);
    await sleep(weather === "cut" || weather === "silent" ? 5000 : 0); // longer than its lock
    if (weather !== "cut") startWorker(server.url);
    else network.become("clear"); // the same worker finds back
    await running;
    expect((await listResults(opened)).get(shard)).toHaveLength(1);
    await expectSameAsAlone(opened, root, options);
    network.become("clear");
    cutOff.child.kill("SIGTERM");
    expect(await cutOff.exited).toBe(130); // it leaves in order
  });

  it("goes on while workers join and leave", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 1, train: 40 };
    const { address, opened } = await tinyPlan(root, options);
    const running = runByQueue(address, opened, await openQueue(url), { ...quick, addSeconds: 1e6 });
    const first = startWorker(url);
    await first.taken;
    const others = [startWorker(url), startWorker(url)];
    await Promise.all(others.map(({ taken }) => taken));
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(130);
    for (const { child } of others.slice(1)) child.kill("SIGTERM");
    await running;
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

  it("gets a shard back from a worker without the images, which ends", async () => {
    const root = await temporaryFolder();
    const { url } = await start();
    const options = { shardImages: 8, train: 24 };
    const { address, opened, data } = await tinyPlan(root, options);
    const queue = await openQueue(url);
    await rename(data, `${data}-away`);
    const running = runByQueue(address, opened, queue, { ...quick, addSeconds: 1e6 });
    const without = startWorker(url);
    expect(await without.exited).toBe(2);
    expect(await queue.failed(opened.id)).toEqual([]);
    await rename(`${data}-away`, data);
    startWorker(url);
    await running;
    await expectSameAsAlone(opened, root, options);
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
      new RegExp(`^--queue: the server 127.0.0.1:${port} cannot be reached \\((connect ECONNREFUSED|read ECONNRESET)`),
    );
  });
});
