import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "bullmq";
import { type Bull, connectQueue, leave, loadBull } from "./connect-queue.js";
import { idleWatch } from "./idle-watch.js";
import { isOutOfReach, reasonOf } from "./queue-error.js";
import { queueUrl } from "./queue-url.js";
import type { Outcome, ShardJob, ShardQueue, TakeOptions } from "./shard-queue.js";

export interface BullQueueOptions {
  /** Called when the queue cannot be reached for a while, which is waited for. */
  readonly onWarning?: (line: string) => void;
  /** Seconds after which another worker gets the shard of one that has gone; 60 by default. */
  readonly lockSeconds?: number | undefined;
}

/** A shard is tried so often, with so long a pause before the second try, and twice as long before the third. */
const tries = { attempts: 3, backoff: { type: "exponential", delay: 5000 } };
/**
 * So many workers may be killed on the same shard. Redis gives a shard that was lost to the next worker, so that on a cluster which kills many
 * of them, the same shard is hit often through no fault of its own; an image that kills what computes it is counted by the worker itself.
 */
const mostKilled = 50;
/** So many shards are added with one command. */
const batch = 1000;

/**
 * Opens the queue of all plans, in Redis (or Valkey) or in PostgreSQL. The packages bullmq and ioredis, or bullmq and pg, are loaded here, so that
 * only users of a queue need them.
 * @param url redis://, rediss://, postgres:// or postgresql://
 * @throws LtadError `LTAD_CONFIG` for another URL or a missing package, `LTAD_FETCH` when the server cannot be reached
 */
export async function bullQueue(url: string, options: BullQueueOptions = {}): Promise<ShardQueue> {
  const { onWarning = () => undefined, lockSeconds = 60 } = options;
  const server = queueUrl(url);
  const bull = await loadBull(server);
  const { queue, newWorker } = await connectQueue(bull, server);
  const warn = once((error: Error) => onWarning(`${server.host}: ${reasonOf(error)}. Finished shards are in the store.`));
  queue.on("error", warn);
  let isLeft = false;
  const untilBack = <T>(ask: () => Promise<T>) => whenBack(ask, warn, () => isLeft);
  const failedOf = async (id: string) => (await untilBack(() => queue.getFailed())).filter((job) => job.id?.startsWith(`${id}_`));
  return {
    async add(id, jobs) {
      const entries = jobs.map((data) => ({
        name: "shard",
        data,
        opts: { ...tries, jobId: `${id}_${data.shard}`, removeOnComplete: true },
      }));
      for (let first = 0; first < entries.length; first += batch) await untilBack(() => queue.addBulk(entries.slice(first, first + batch)));
    },
    failed: async (id) => (await failedOf(id)).map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason })),
    async forgetFailed(id) {
      for (const job of await failedOf(id)) await untilBack(() => job.remove());
    },
    async take(handle, { atOnce, signal, idleSeconds }: TakeOptions) {
      const lockDuration = lockSeconds * 1000;
      const times = { lockDuration, stalledInterval: lockDuration / 2, maxStalledCount: mostKilled };
      const pause = idleWatch(idleSeconds);
      const worker = newWorker(async (job, token) => settle(bull, job, token, await pause.during(() => handle(job.data))), {
        concurrency: atOnce,
        ...times,
      });
      worker.on("error", warn);
      if (!signal.aborted)
        await Promise.race([
          pause.over.then(() => worker.pause()), // waits for a job that came just now
          new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true })),
        ]);
      pause.stop();
      await leave(worker);
    },
    close: () => {
      isLeft = true;
      return leave(queue);
    },
  };
}

/** PostgreSQL's client fails where that of Redis waits until the server is back. */
async function whenBack<T>(ask: () => Promise<T>, warn: (error: Error) => void, isLeft: () => boolean): Promise<T> {
  for (; ; await sleep(1000)) {
    try {
      return await ask();
    } catch (error) {
      if (isLeft() || !isOutOfReach(error as Error)) throw error;
      warn(error as Error);
    }
  }
}

async function settle({ UnrecoverableError, WaitingError }: Bull, job: Job<ShardJob>, token: string | undefined, outcome: Outcome) {
  if (outcome.type === "given back") {
    await job.moveToWait(token);
    throw new WaitingError(); // tells BullMQ that the job has left this worker
  }
  if (outcome.type === "failed") throw new (outcome.forGood ? UnrecoverableError : Error)(outcome.reason);
}

/** Says the same thing once. */
function once(say: (error: Error) => void): (error: Error) => void {
  const said = new Set<string>();
  return (error) => {
    if (said.has(error.message)) return;
    said.add(error.message);
    say(error);
  };
}
