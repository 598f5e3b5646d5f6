import { basename } from "node:path";
import { exitCodeOf, isLtadError, throwIfAborted } from "@ltad/core";
import { openPlan, type OpenPlanOptions, planAddress } from "../plan/open-plan.js";
import type { ShardDone } from "../shard/run-shard.js";
import { hasResult } from "../shard/list-results.js";
import { isWithoutImages } from "../source/read-item.js";
import { type ShardWorker, startWorker, type WorkOptions } from "../work/work-shard.js";
import type { Outcome, ShardJob, ShardQueue } from "./shard-queue.js";

/** How a worker takes shards from a queue. */
export interface WorkQueueOptions extends WorkOptions {
  /** Computing processes at a time. */
  readonly processes: number;
  /** Where the store is on this machine; where the coordinator sees it by default. */
  readonly store?: string | undefined;
  /** Ends when no shard came for so many seconds; by default, only a stop ends it. */
  readonly idleSeconds?: number | undefined;
  /** Called when a shard has its result. */
  readonly onShard?: (done: ShardDone) => void;
  /** Called when a shard failed; another worker may try it. */
  readonly onFailure?: (job: ShardJob, error: unknown) => void;
}

/**
 * Takes shards from a queue until it is told to stop, or until no more come. This process holds the leases and others compute, so that its event loop is always
 * free to renew them. A stop gives unfinished shards back.
 * @throws LtadError `LTAD_ABORTED` after the stop; `LTAD_CONFIG` when a plan belongs to another version and `LTAD_FETCH` when its images are not on
 * this machine, whose shards go back into the queue
 */
export async function workQueue(queue: ShardQueue, options: WorkQueueOptions): Promise<void> {
  const { processes, store, idleSeconds, onShard, onFailure, signal, ...work } = options;
  throwIfAborted(signal);
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const idle = Array.from({ length: processes }, () => startWorker({ ...work, signal: stop.signal }));
  const all = [...idle];
  let unfit: unknown;
  const handle = async (job: ShardJob): Promise<Outcome> => {
    if (stop.signal.aborted) return { type: "given back" };
    const worker = idle.pop()!; // the queue hands out no more than there are
    try {
      const done = await runJob(worker, job, { store, root: work.root, s3: work.s3 });
      if (done) onShard?.(done);
      return { type: "done" };
    } catch (error) {
      if (isUnfit(error)) {
        unfit = error;
        stop.abort(error);
      }
      if (stop.signal.aborted) return { type: "given back" };
      onFailure?.(job, error);
      return failure(error);
    } finally {
      idle.push(worker);
    }
  };
  try {
    await queue.take(handle, { atOnce: processes, signal: stop.signal, idleSeconds });
  } finally {
    signal?.removeEventListener("abort", abort);
    for (const worker of all) worker.close();
  }
  if (unfit !== undefined) throw unfit;
  throwIfAborted(signal);
}

/** Runs a shard unless it has a result: the queue may hand it out twice. */
async function runJob(worker: ShardWorker, job: ShardJob, { store, ...where }: OpenPlanOptions & { readonly store?: string | undefined }) {
  const address = store === undefined ? job.plan : planAddress(store, basename(job.plan));
  const opened = await openPlan(address, where);
  return (await hasResult(opened, job.shard)) ? undefined : worker.work(address, job.shard);
}

/** The plan is of another version than this program, or its images are not on this machine: another worker shall have the shard. */
function isUnfit(error: unknown): boolean {
  return isWithoutImages(error) || (isLtadError(error) && error.code === "LTAD_CONFIG" && error.details["field"] === "producer");
}

function failure(error: unknown): Outcome {
  const code = isLtadError(error) ? exitCodeOf[error.code] : undefined;
  return { type: "failed", reason: error instanceof Error ? error.message : String(error), forGood: code === 2 || code === 3 };
}
