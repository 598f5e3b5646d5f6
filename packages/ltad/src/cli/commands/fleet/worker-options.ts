import { availableParallelism } from "node:os";
import type { OpenPlanOptions, WorkOptions } from "@ltad/fleet";
import { s3Settings } from "../../../environment.js";
import type { Io } from "../../io.js";

/** Options of every command that opens a plan. */
export interface PlaceOptions {
  /** Where the images lie on this machine. */
  readonly images?: string | undefined;
  readonly s3Endpoint?: string | undefined;
}

/** The same as the package takes them. */
export function placesOf(env: Io["env"], { images, s3Endpoint }: PlaceOptions): OpenPlanOptions {
  return { root: images, s3: s3Settings(env, s3Endpoint) };
}

/** What to type of them once more. */
export function placeWords({ images, s3Endpoint }: PlaceOptions): string[] {
  return [...(images === undefined ? [] : ["--images", images]), ...(s3Endpoint === undefined ? [] : ["--s3-endpoint", s3Endpoint])];
}

/** Options of every command that runs shards. */
export interface WorkerOptions extends PlaceOptions {
  readonly threads?: number;
  readonly imageSeconds?: number;
}

/** The same as the package takes them. */
export function workOptions(env: Io["env"], options: WorkerOptions): WorkOptions {
  const { threads, imageSeconds } = options;
  return { ...placesOf(env, options), threads, imageSeconds };
}

/** Threads of each of several processes, which divide the cores among them. */
export function sharedThreads(processes: number, { threads }: WorkerOptions): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / processes));
}
