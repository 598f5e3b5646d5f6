import { setTimeout as sleep } from "node:timers/promises";
import { type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import { joinLocation } from "../source/location.js";
import { missingShards } from "../shard/list-results.js";
import type { FailedShard, ShardQueue } from "./shard-queue.js";

export interface RunByQueueOptions extends JobOptions {
  /** Seconds between two looks at the store; 2 by default. */
  readonly lookSeconds?: number;
  /** Seconds after which shards without a result are added again, in case the queue has lost them; 60 by default. */
  readonly addSeconds?: number;
}

/**
 * Adds the missing shards of a plan to a queue, and waits until the store has all results. Several coordinators may do so at the same time, and the
 * queue may lose everything on the way.
 * @throws LtadError `LTAD_FETCH` when all shards that are left were given up; `LTAD_ABORTED`
 */
export async function runByQueue(address: string, opened: OpenPlan, queue: ShardQueue, options: RunByQueueOptions = {}): Promise<void> {
  const { signal, onProgress, lookSeconds = 2, addSeconds = 60 } = options;
  const { id, plan } = opened;
  const job = { plan: joinLocation("", address) };
  const total = plan.shards.reduce((sum, { images }) => sum + images, 0);
  const until = <T>(promise: Promise<T>) => unlessAborted(promise, signal);
  await until(queue.forgetFailed(id));
  for (let addAt = 0; ;) {
    const start = performance.now();
    const missing = await missingShards(opened);
    const looked = performance.now() - start;
    const left = missing.reduce((sum, shard) => sum + plan.shards[shard]!.images, 0);
    onProgress?.({ phase: "shards", done: total - left, total, unit: "images" });
    if (missing.length === 0) return;
    const failed = (await until(queue.failed(id))).filter(({ shard }) => missing.includes(shard));
    if (failed.length === missing.length) throw givenUp(failed);
    if (performance.now() >= addAt) {
      await until(
        queue.add(
          id,
          missing.map((shard) => ({ ...job, shard })),
        ),
      );
      addAt = performance.now() + addSeconds * 1000;
    }
    await until(sleep(Math.max(lookSeconds * 1000, 4 * looked))); // a large store is not looked at all the time
  }
}

/** A queue that is out of reach does not keep Ctrl-C from working. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  let abort = () => undefined as void;
  const aborted = new Promise<void>((done) => {
    abort = done;
    signal?.addEventListener("abort", abort, { once: true });
  });
  try {
    throwIfAborted(signal);
    promise.catch(() => undefined); // it may fail after the abort
    const first = await Promise.race([promise, aborted]);
    throwIfAborted(signal);
    return first as T;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function givenUp(failed: readonly FailedShard[]): LtadError {
  const [{ shard, reason }] = failed as [FailedShard, ...FailedShard[]];
  const others = failed.length > 1 ? ` So were ${failed.length - 1} others.` : "";
  const message = `shard ${shard} was given up by its workers: ${reason}${others} Remove the cause and start again; finished shards are kept.`;
  return new LtadError("LTAD_FETCH", message);
}
