import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createRng } from "@ltad/core";
import { imageTo, load, type LoadResult } from "../serve/load.js";
import { startServerProcess, type Usage } from "../serve/server-process.js";

// The server for minutes with more clients than it has processes, while these are killed: whether a request is lost, and whether memory grows.
// Runs on Linux, which says what processes there are and how much memory they have.

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    minutes: { type: "string", default: "10" },
    "kill-every": { type: "string", default: "20" },
    clients: { type: "string", default: "8" },
    processes: { type: "string", default: String(Math.max(1, Math.floor(availableParallelism() / 2))) },
    threads: { type: "string" },
  },
});
const { model, image } = values;
if (!model || !image) throw new Error("soak: expected --model FOLDER --image FILE");
const killEvery = Number(values["kill-every"]) * 1000;
const processes = Number(values.processes);
const threads = Number(values.threads ?? Math.max(1, Math.floor(availableParallelism() / processes)));

const server = await startServerProcess(model, processes, threads);
const end = Date.now() + Number(values.minutes) * 60_000;
const memories: Usage[] = [];
const state = { kills: 0, nextKill: Date.now() + killEvery };
const rng = createRng("soak");
const watching = watch();
const clients = Number(values.clients);
const found = await load({ ...imageTo(server.url, await readFile(image)), ms: end - Date.now(), clients, longestWait: 200_000 });
await watching;
await server.stop();
report(found);

/** Looks at the memory each second, and kills one process after another. */
async function watch(): Promise<void> {
  while (Date.now() < end) {
    await wait(1000);
    const memory = await server.usage();
    if (memory.children.length === processes) memories.push(memory);
    const victim = memory.children[state.kills % processes];
    if (killEvery === 0 || Date.now() < state.nextKill || !victim) continue;
    process.kill(victim.id, "SIGKILL");
    state.kills++;
    state.nextKill += killEvery * rng.uniforms(1, 0.5, 1.5)[0]!; // at no moment in particular
    console.log(`${Math.round((end - Date.now()) / 1000)} s left, ${state.kills} killed, server ${megabytes(memory.own)} MB`);
  }
}

function report({ latencies, refused, failed, rate }: LoadResult): void {
  const figures = {
    answered: latencies.length,
    per_second: rate,
    lost: refused + failed,
    killed: state.kills,
    slowest_ms: latencies.at(-1) ?? Number.NaN,
    server_mb: megabytes(memories.at(-1)?.own ?? 0),
    server_drift_percent: drift(({ own }) => own),
    inference_drift_percent: drift(({ children }) => children.reduce((sum, { rss }) => sum + rss, 0)),
  };
  const targets = { lost: 0, server_drift_percent: 5, inference_drift_percent: 5 };
  const met = Object.fromEntries(Object.entries(targets).map(([name, most]) => [name, figures[name as keyof typeof targets] <= most]));
  for (const [name, target] of Object.entries(targets))
    console.log(
      `${met[name] ? "met" : "MISSED"}: ${name} ${figures[name as keyof typeof targets].toPrecision(3)}, target at most ${target}`,
    );
  console.log(JSON.stringify({ name: "soak", figures, targets, met }));
}

/** By how many percent memory has grown from the second fifth of the time, when all is warm, to the last. */
function drift(of: (memory: Usage) => number): number {
  const fifth = Math.ceil(memories.length / 5);
  const [before, after] = [memories.slice(fifth, 2 * fifth), memories.slice(-fifth)].map((part) => median(part.map(of)));
  return (100 * (after! - before!)) / before!;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
