// A worker that ends when no shard comes any more, with real servers: npm run test:fleet
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasProgram, postgresServer, redisServer } from "../testing/servers.js";
import { bullQueue } from "./bull-queue.js";

describe.each([
  ["Redis", "redis-server", redisServer],
  ["PostgreSQL", "initdb", postgresServer],
] as const)("a queue in %s", { timeout: 60_000 }, (_, program, start) => {
  it("is left when no shard came for the given time, and not before the last one is done", async ({ skip }) => {
    skip(!hasProgram(program), `no ${program} on this machine: apt-get install redis-server postgresql`);
    const queue = await bullQueue((await start()).url, { lockSeconds: 2 });
    onTestFinished(() => queue.close());
    await queue.add(
      "0123",
      [0, 1, 2].map((shard) => ({ plan: "plan", shard })),
    );
    const done: number[] = [];
    const handle = async ({ shard }: { readonly shard: number }) => {
      await sleep(1500); // longer than the queue may be idle
      done.push(shard);
      return { type: "done" } as const;
    };
    await queue.take(handle, { atOnce: 2, signal: new AbortController().signal, idleSeconds: 1 });
    expect(done.sort((a, b) => a - b)).toEqual([0, 1, 2]);
    await queue.take(handle, { atOnce: 1, signal: new AbortController().signal, idleSeconds: 0.1 });
    expect(done).toHaveLength(3);
  });
});
