import { spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenPlan } from "@ltad/fleet";
import { bullQueue, workQueue } from "@ltad/fleet/bullmq";

/** Seconds that a queue in Redis takes to hand out all shards of a plan to one process; undefined without redis-server. */
export async function queueTime({ address, opened }: { address: string; opened: OpenPlan }, port: number): Promise<number | undefined> {
  if (spawnSync("redis-server", ["--version"]).error) return undefined;
  const server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    stdio: "ignore",
  });
  try {
    while (!(await answers(port))) await sleep(50);
    const queue = await bullQueue(`redis://127.0.0.1:${port}`);
    const stop = new AbortController();
    let [left, start] = [opened.plan.shards.length, 0];
    await queue.add(
      opened.id,
      [...opened.plan.shards.keys()].map((shard) => ({ plan: address, shard })),
    );
    const onShard = () => {
      start ||= performance.now(); // the first shard opens the plan
      if (--left === 0) stop.abort();
    };
    await workQueue(queue, { processes: 1, threads: 1, signal: stop.signal, onShard }).catch((error: { code?: string }) => {
      if (error.code !== "LTAD_ABORTED") throw error;
    });
    const seconds = (performance.now() - start) / 1000;
    await queue.close();
    return seconds;
  } finally {
    server.kill();
  }
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
