import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { SHARE_ENV, Worker } from "node:worker_threads";
import { LtadError, type LtadErrorCode, type LtadErrorDetails, type NdArrays } from "@ltad/core";
import type { ImageEncoder, ImageFile } from "./encode-image.js";
import type { FrozenEncoder } from "./features-id.js";

/** What a worker receives when it starts. */
export interface WorkerData extends FrozenEncoder {
  /** How many threads its network uses. */
  readonly threads: number;
}

/** The answer of a worker to an {@link ImageFile}. */
export interface WorkerAnswer {
  readonly arrays?: NdArrays;
  readonly failure?: { readonly code: LtadErrorCode; readonly message: string; readonly details: LtadErrorDetails[LtadErrorCode] };
}

/** The program of a worker in the built package. It does not exist when the sources run without a build. */
export const builtWorker = new URL("./worker.js", import.meta.url);

/** True when two threads are faster than one on this machine, which needs two cores and a built worker. */
export function canUseTwoThreads(program: URL): boolean {
  return availableParallelism() > 1 && existsSync(program);
}

/** The number of workers. Each has its own copy of the network, so more workers need more memory. */
const count = 2;

/**
 * Starts two threads with half of the cores each. Both decode images and run the network, so that one decodes while the other computes.
 * A single network on all cores leaves them idle during a decode, and waits for its slowest thread at each node.
 * The features are the same to the last bit, because ONNX Runtime divides the elements of a result among its threads, but never a sum.
 * @param program the worker's program
 */
export function openTwoThreads({ graph, spec }: FrozenEncoder, program: URL): ImageEncoder {
  const workerData: WorkerData = { graph, spec, threads: Math.max(1, Math.floor(availableParallelism() / count)) };
  const workers = Array.from({ length: count }, () => startWorker(program, workerData));
  const free = [...workers];
  const waiting: ((worker: EncodeWorker) => void)[] = [];
  const take = async () => free.pop() ?? new Promise<EncodeWorker>((resolve) => waiting.push(resolve));
  const giveBack = (worker: EncodeWorker) => {
    const next = waiting.shift();
    if (next) next(worker);
    else free.push(worker);
  };
  return {
    atOnce: 2 * count, // while a worker encodes an image, the next one is read, and the features of the last are written
    async encode(image) {
      const worker = await take();
      const { arrays, failure } = await answerOf(worker, image).finally(() => giveBack(worker));
      if (failure) throw new LtadError(failure.code, failure.message, { details: failure.details });
      return arrays!;
    },
    async close() {
      await Promise.all(workers.map(({ thread }) => thread.terminate()));
    },
  };
}

interface EncodeWorker {
  readonly thread: Worker;
  /** Aborts when the thread has ended, with the reason. */
  readonly ended: AbortSignal;
}

function startWorker(program: URL, workerData: WorkerData): EncodeWorker {
  // Built JavaScript does not need the loaders of its caller. Only variables that are shared reach ONNX Runtime; see disableTelemetry.
  const thread = new Worker(program, { workerData, execArgv: [], env: SHARE_ENV });
  const end = new AbortController();
  thread.on("error", (error) => end.abort(error)); // fires before "exit", and the first reason is kept
  thread.on("exit", (code) => end.abort(new Error(`it exited with code ${code}`)));
  return { thread, ended: end.signal };
}

async function answerOf({ thread, ended }: EncodeWorker, image: ImageFile): Promise<WorkerAnswer> {
  thread.postMessage(image);
  try {
    const [answer] = (await once(thread, "message", { signal: ended })) as [WorkerAnswer];
    return answer;
  } catch {
    throw workerError(image, ended.reason as Error);
  }
}

function workerError({ file }: ImageFile, cause: Error): LtadError {
  const message = `${file}: the thread that was encoding this image ended (${cause.message}). Run again: the images encoded so far are kept. If it ends at the same image again, remove that image.`;
  return new LtadError("LTAD_IMAGE", message, { cause, details: { file } });
}
