import { setTimeout as sleep } from "node:timers/promises";
import { LtadError } from "@ltad/core";
import type * as bullmq from "bullmq";
import type { Job, Processor, Queue, WorkerOptions } from "bullmq";
import { isOutOfReach, isStarting, queueError, reasonOf } from "./queue-error.js";
import { drivers, queueUrl } from "./queue-url.js";
import type { Outcome, ShardJob, ShardQueue, TakeOptions } from "./shard-queue.js";

export interface BullQueueOptions {
  /** Called when the queue cannot be reached for a while, which is waited for. */
  readonly onWarning?: (line: string) => void;
  /** Seconds after which another worker gets the shard of one that has gone; 60 by default. */
  readonly lockSeconds?: number | undefined;
}

const queueName = "ltad";

/** A shard is tried so often, with so long a pause before the second try, and twice as long before the third. */
const tries = { attempts: 3, backoff: { type: "exponential", delay: 5000 } };
/**
 * So many workers may be killed on the same shard. Redis gives a shard that was lost to the next worker, so that on a cluster which kills many
 * of them, the same shard is hit often through no fault of its own; an image that kills what computes it is counted by the worker itself.
 */
const mostKilled = 50;
/** How long a goodbye may take when the queue is out of reach, and the first answer of its server. */
const [patience, firstAnswer] = [5000, 20_000]; // ms
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
  const bull = await load(server);
  const { queue, newWorker } = await connected(bull, server);
  const warn = once((error: Error) => onWarning(`${server.host}: ${reasonOf(error)}. Finished shards are in the store.`));
  queue.on("error", warn);
  let isLeft = false;
  /** PostgreSQL's client fails where that of Redis waits until the server is back. */
  const whenBack = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (; ; await sleep(1000)) {
      try {
        return await ask();
      } catch (error) {
        if (isLeft || !isOutOfReach(error as Error)) throw error;
        warn(error as Error);
      }
    }
  };
  const failedOf = async (id: string) => (await whenBack(() => queue.getFailed())).filter((job) => job.id?.startsWith(`${id}_`));
  return {
    async add(id, jobs) {
      const entries = jobs.map((data) => ({
        name: "shard",
        data,
        opts: { ...tries, jobId: `${id}_${data.shard}`, removeOnComplete: true },
      }));
      for (let first = 0; first < entries.length; first += batch) await whenBack(() => queue.addBulk(entries.slice(first, first + batch)));
    },
    failed: async (id) => (await failedOf(id)).map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason })),
    async forgetFailed(id) {
      for (const job of await failedOf(id)) await whenBack(() => job.remove());
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

type Bull = typeof bullmq;

/** The parts of BullMQ's queues and workers that are the same for all servers. */
interface Connected {
  close(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

type ConnectedWorker = Connected & { pause(): Promise<void> };

function connect(bull: Bull, { href, protocol }: URL) {
  type Options = Omit<WorkerOptions, "connection">;
  type Process = Processor<ShardJob, void>;
  if (drivers[protocol as keyof typeof drivers] === "ioredis") {
    const connection = { url: href, maxRetriesPerRequest: null };
    return {
      queue: new bull.Queue<ShardJob>(queueName, { connection }) as BullQueue,
      newWorker: (process: Process, options: Options): ConnectedWorker =>
        new bull.Worker<ShardJob, void>(queueName, process, { ...options, connection }),
    };
  }
  const connection = { connectionString: href, migrate: true, max: 4 };
  return {
    queue: new bull.Queue(queueName, { connection }, bull.createPostgresBackend) as unknown as BullQueue,
    newWorker: (process: Process, options: Options): ConnectedWorker =>
      new bull.Worker(queueName, process, { ...options, connection }, bull.createPostgresBackend),
  };
}

/** Notices when there was no work for some seconds. */
function idleWatch(seconds = Infinity) {
  let [running, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined];
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const wait = () => {
    if (seconds < Infinity) timer = setTimeout(end, seconds * 1000);
  };
  wait();
  return {
    over,
    async during<T>(work: () => Promise<T>): Promise<T> {
      clearTimeout(timer);
      running++;
      try {
        return await work();
      } finally {
        if (--running === 0) wait();
      }
    },
    stop: () => clearTimeout(timer),
  };
}

type BullQueue = Connected & Pick<Queue<ShardJob>, "addBulk" | "getFailed" | "waitUntilReady" | "off">;

async function settle({ UnrecoverableError, WaitingError }: Bull, job: Job<ShardJob>, token: string | undefined, outcome: Outcome) {
  if (outcome.type === "given back") {
    await job.moveToWait(token);
    throw new WaitingError(); // tells BullMQ that the job has left this worker
  }
  if (outcome.type === "failed") throw new (outcome.forGood ? UnrecoverableError : Error)(outcome.reason);
}

/** A queue that is out of reach is left without a goodbye: BullMQ would wait for it for ever, even when it is told to hurry. */
async function leave(connected: Connected): Promise<void> {
  const left = new AbortController();
  const late = sleep(patience, undefined, { signal: left.signal }).catch(() => undefined);
  await Promise.race([connected.close().catch(() => undefined), late]);
  left.abort();
}

/** A server that is just starting is waited for. */
async function connected(bull: Bull, server: URL): Promise<ReturnType<typeof connect>> {
  for (const start = performance.now(); ; await sleep(500)) {
    const found = connect(bull, server);
    try {
      await reached(found.queue, server);
      return found;
    } catch (error) {
      if (!isStarting(error as Error) || performance.now() - start > firstAnswer) throw error;
    }
  }
}

/** The first connection must succeed; later ones are made again and again. */
async function reached(queue: BullQueue, server: URL): Promise<void> {
  let refuse: (error: Error) => void = () => undefined;
  const refused = new Promise<never>((_, reject) => (refuse = reject));
  queue.on("error", refuse);
  const late = setTimeout(() => refuse(new Error(`no answer in ${firstAnswer / 1000} s`)), firstAnswer);
  try {
    await Promise.race([queue.waitUntilReady(), refused]);
  } catch (error) {
    await leave(queue);
    throw queueError(error as Error, server);
  } finally {
    clearTimeout(late);
    queue.off("error", refuse);
  }
}

async function load({ protocol }: URL): Promise<Bull> {
  const driver = drivers[protocol as keyof typeof drivers];
  try {
    await (driver === "pg" ? import("pg") : import("ioredis"));
    return await import("bullmq");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message = `--queue: the packages bullmq and ${driver} are needed. Install them: npm install bullmq ${driver}`;
    throw new LtadError("LTAD_CONFIG", message, { cause: error, details: { field: "queue" } });
  }
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
