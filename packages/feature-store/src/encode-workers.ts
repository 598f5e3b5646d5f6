import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { LtadError, type LtadErrorCode, type NdArrays } from "@ltad/core";
import type { FileEncoder } from "./feature-cache.js";
import type { InputSpec } from "./features-id.js";

/** What a worker is given when it starts. */
export interface EncodeWorkerData {
  readonly graph: Uint8Array;
  readonly spec: InputSpec;
  /** Threads of its network. */
  readonly threads: number;
}

/** What a worker answers to a file name. */
export interface EncodeWorkerAnswer {
  readonly arrays?: NdArrays;
  readonly failure?: { readonly code: LtadErrorCode; readonly message: string; readonly details: Readonly<Record<string, unknown>> };
}

/** Workers that encode images beside each other. */
export interface EncodeWorkers extends FileEncoder {
  readonly close: () => Promise<void>;
}

/** The worker's file, beside the built package; there is none where the sources run as they are. */
export const builtWorker = new URL("./encode-worker.js", import.meta.url);

/** Whether two workers are faster than one thread here: not on one core. */
export function canUseWorkers(file: URL): boolean {
  return availableParallelism() > 1 && existsSync(file);
}

/** Each has its own copy of the network, so more take more memory. */
const count = 2;

/**
 * Starts two threads with half of the cores each. Both decode images and run the network on them, so that one decodes while the other
 * computes; a network on all cores leaves them idle during that, and waits for its slowest thread at each of its nodes.
 * @param graph an encoder graph
 * @param file the worker's program
 */
export function openWorkers(graph: Uint8Array, spec: EncodeWorkerData["spec"], file: URL): EncodeWorkers {
  const workerData: EncodeWorkerData = { graph, spec, threads: Math.max(1, Math.floor(availableParallelism() / count)) };
  const workers = Array.from({ length: count }, () => startWorker(file, workerData));
  const free = [...workers];
  return {
    atOnce: count,
    async encode(image) {
      const worker = free.pop()!; // at most `atOnce` images are asked for at the same time
      const { arrays, failure } = await answerOf(worker, image).finally(() => free.push(worker));
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
  /** Fires when the thread has ended; its reason says of what. */
  readonly ended: AbortSignal;
}

function startWorker(file: URL, workerData: EncodeWorkerData): EncodeWorker {
  const thread = new Worker(file, { workerData, execArgv: [] }); // built JavaScript needs no loader of its caller's
  const end = new AbortController();
  thread.on("error", (error) => end.abort(error)); // comes before "exit"; the first reason stays
  thread.on("exit", (code) => end.abort(new Error(`it exited with code ${code}`)));
  return { thread, ended: end.signal };
}

async function answerOf({ thread, ended }: EncodeWorker, image: string): Promise<EncodeWorkerAnswer> {
  thread.postMessage(image);
  try {
    const [answer] = (await once(thread, "message", { signal: ended })) as [EncodeWorkerAnswer];
    return answer;
  } catch {
    const { message } = ended.reason as Error;
    const text = `${image}: the thread that was to encode it has ended (${message}). Run again: what was encoded before is kept. If it ends at the same image again, take that out.`;
    throw new LtadError("LTAD_IMAGE", text, { cause: ended.reason, details: { file: image } });
  }
}
