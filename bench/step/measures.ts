import { execFileSync, spawn } from "node:child_process";
import { createRng, float32, sizeOf } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import { type RuntimeOptions } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { asJavaScript } from "../as-javascript.js";
import { batch, channels, forward, initial, openStep, side, timed } from "./model.js";

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Fixed cost of `run`: a graph of one addition, ms. */
export async function tinyRun(): Promise<number> {
  const program = await jit(({ x }) => ({ y: tf.add(x, 1) }), { x: f32(1) });
  const times: number[] = [];
  for (let i = 0; i < 3000; i++) times.push(await timed(() => program.run({ x: float32([1]) })));
  await program.dispose();
  return median(times);
}

/** What the machine can do in operations a millisecond: the best of many products of the step's own large shape and of 1024 x 1024 matrices. */
export async function peakFlops(): Promise<number> {
  const rates = [await productRate(1568, 256, 1024), await productRate(1024, 1024, 1024)];
  return Math.max(...rates);
}

async function productRate(m: number, k: number, n: number): Promise<number> {
  const rng = createRng("peak");
  const inputs = { x: float32([m, k], rng.normals(m * k)), y: float32([k, n], rng.normals(k * n)) };
  const program = await jit(({ x, y }) => ({ z: tf.matMul(x, y) }), { x: f32(m, k), y: f32(k, n) }, { spinning: true });
  let best = Infinity;
  for (let i = 0; i < 60; i++) best = Math.min(best, await timed(() => program.run(inputs)));
  await program.dispose();
  return (2 * m * k * n) / best;
}

/** Milliseconds from nothing to a session that can step. */
export async function startUp(): Promise<number> {
  let step: Awaited<ReturnType<typeof openStep>> | undefined;
  const took = await timed(async () => (step = await openStep()));
  await step?.dispose();
  return took;
}

/** Pi alone on one batch, as a program of ONNX Runtime. */
export async function openInference(options: RuntimeOptions = {}) {
  const shape = [batch, side * side, channels] as const;
  const constants = initial(createRng("bench/step"));
  const program = await jit(({ x }, params) => ({ y: forward(params, x) }), { x: f32(...shape) }, { ...options, constants });
  const x = float32(shape, createRng("batch").normals(sizeOf(shape)));
  return { run: () => timed(() => program.run({ x })), dispose: () => program.dispose() };
}

/** Runs work beside two processes that keep two cores busy. */
export async function besideBusy<T>(work: () => Promise<T>): Promise<T> {
  const busy = [0, 1].map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  try {
    return await work();
  } finally {
    for (const child of busy) child.kill("SIGKILL");
  }
}

/** Resident memory of a process of its own, MB, after a third of so many steps and after all. */
export async function memoryAfter(steps: number): Promise<[number, number]> {
  const script = await asJavaScript(new URL("memory.ts", import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [script, String(steps)], { encoding: "utf8" })) as [number, number];
}
