import { setTimeout as sleep } from "node:timers/promises";
import { LtadError } from "@ltad/core";
import type * as bullmq from "bullmq";
import type { Processor, Queue, WorkerOptions } from "bullmq";
import { isStarting, queueError } from "./queue-error.js";
import { drivers } from "./queue-url.js";
import type { ShardJob } from "./shard-queue.js";

/** How long a goodbye may take when the queue is out of reach, and the first answer of its server. */
const [patience, firstAnswer] = [5000, 20_000]; // ms

const queueName = "ltad";

/** The package BullMQ. */
export type Bull = typeof bullmq;

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

type BullQueue = Connected & Pick<Queue<ShardJob>, "addBulk" | "getFailed" | "waitUntilReady" | "off">;

/**
 * The queue on a server, and what makes its workers. A server that is just starting is waited for.
 * @throws LtadError `LTAD_FETCH` when the server cannot be reached, `LTAD_CONFIG` when it refuses the user
 */
export async function connectQueue(bull: Bull, server: URL): Promise<ReturnType<typeof connect>> {
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

/** BullMQ, and the client of the server. @throws LtadError `LTAD_CONFIG` when a package is missing */
export async function loadBull({ protocol }: URL): Promise<Bull> {
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

/** A queue that is out of reach is left without a goodbye: BullMQ would wait for it for ever, even when it is told to hurry. */
export async function leave(connected: Connected): Promise<void> {
  const left = new AbortController();
  const late = sleep(patience, undefined, { signal: left.signal }).catch(() => undefined);
  await Promise.race([connected.close().catch(() => undefined), late]);
  left.abort();
}
