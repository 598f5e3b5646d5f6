import { availableParallelism } from "node:os";
import type { WorkOptions } from "@ltad/fleet";

/** Options of every command that runs shards. */
export interface WorkerOptions {
  /** Where the images lie on this machine. */
  readonly images?: string;
  readonly threads?: number;
  readonly imageSeconds?: number;
}

/** The same as the package takes them. */
export function workOptions({ images, threads, imageSeconds }: WorkerOptions): WorkOptions {
  return { root: images, threads, imageSeconds };
}

/** Threads of each of several processes, which divide the cores among them. */
export function sharedThreads(processes: number, { threads }: WorkerOptions): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / processes));
}
