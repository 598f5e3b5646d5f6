import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRng, float32 } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import * as ort from "onnxruntime-node";
import { openReference } from "../step/torch.js";

type Run = () => Promise<number>;

/**
 * Milliseconds of one image through the encoder graph: by our program, by a bare session of onnxruntime-node with default options, and with
 * a Python by the session of its onnxruntime. They take turns, so that what else the machine does reaches all of them; medians.
 */
export async function compareNetwork(graph: Uint8Array, size: number, python?: string): Promise<Record<string, number>> {
  const data = createRng(1).normals(size * size * 3); // any numbers take the same time
  const program = await openProgram(graph);
  const bare = await ort.InferenceSession.create(graph);
  const reference = python === undefined ? undefined : await openPython(graph, size, python);
  const runs: Record<string, Run> = {
    network_ms: timed(() => program.run({ image: float32([1, size, size, 3], data) })),
    bare_ms: timed(() => bare.run({ image: new ort.Tensor("float32", data, [1, size, size, 3]) })),
    ...(reference && { python_ms: reference.run }),
  };
  const all = await inTurns(runs, 30);
  reference?.close();
  await Promise.all([program.dispose(), bare.release()]);
  return Object.fromEntries(Object.entries(all).map(([name, ms]) => [name, ms.sort((a, b) => a - b)[ms.length >> 1]!]));
}

/** Milliseconds after which the threads of a session with default options have stopped to spin; until then they take a core from the next. */
const pause = 100;

/** The runs one after another, so many rounds after a warm-up. */
async function inTurns(runs: Readonly<Record<string, Run>>, rounds: number): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = -3; round < rounds; round++)
    for (const [name, run] of Object.entries(runs)) {
      await sleep(pause);
      await run();
      const ms = await run();
      if (round >= 0) all[name]?.push(ms);
    }
  return all;
}

function timed(job: () => Promise<unknown>): Run {
  return async () => {
    const start = performance.now();
    await job();
    return performance.now() - start;
  };
}

async function openPython(graph: Uint8Array, size: number, python: string): Promise<{ run: Run; close: () => void } | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-graph-"));
  try {
    await writeFile(join(folder, "encoder.onnx"), graph);
    const reference = await openReference(python, "../encoder/network_speed.py", [join(folder, "encoder.onnx"), String(size)]);
    return reference && { run: async () => (await reference.ask({ steps: 1 })).ms[0]!, close: () => reference.close() };
  } finally {
    await rm(folder, { recursive: true });
  }
}
