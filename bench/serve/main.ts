import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startKServe } from "./kserve.js";
import { imageTo, load, tensorTo } from "./load.js";
import { startServerProcess } from "./server-process.js";

// The server under load, against the bare pipeline and, with --python, against KServe, in as many processes with as many threads. All are measured
// in turns, because a machine is not as fast in one minute as in the next; each figure is the median over the rounds. A round takes 6.5 times
// --seconds, and 8.5 times with KServe: by default, the bench takes two and a half minutes, or three.

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    processes: { type: "string", default: String(Math.max(1, Math.floor(availableParallelism() / 2))) },
    threads: { type: "string" },
    /** An interpreter in which tools/reference/server/requirements.txt is installed. */
    python: { type: "string" },
  },
});
const { model, image } = values;
if (!model || !image) throw new Error("serve: expected --model FOLDER --image FILE");
const ms = Number(values.seconds) * 1000;
const processes = Number(values.processes);
const threads = Number(values.threads ?? Math.max(1, Math.floor(availableParallelism() / processes)));
const body = await readFile(image);

// KServe first: an interpreter that lacks it is said before anything runs.
const kserve = values.python === undefined ? undefined : await startKServe(values.python, model, processes, threads);
const rounds: Record<string, number>[] = [];
const bare: ChildProcess[] = [];
const server = await startServerProcess(model, processes, threads);
try {
  for (let i = 0; i < processes; i++) bare.push(await startBare());
  for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure());
} finally {
  for (const child of bare) if (child.connected) child.disconnect();
  await server.stop();
  await kserve?.stop();
}
const figures = Object.fromEntries(Object.keys(rounds[0]!).map((name) => [name, median(rounds.map((round) => round[name]!))]));
const targets = {
  share_of_bare: 0.95,
  p99_over_median_at_80: 3,
  impatient_over_patient: 0.9,
  overhead_ms: 3,
  failed: 0,
  ...(kserve && { over_kserve: 1.5 }),
};
const most = new Set(["p99_over_median_at_80", "overhead_ms", "failed"]);
const met = Object.fromEntries(
  Object.entries(targets).map(([name, target]) => [name, most.has(name) ? figures[name]! <= target : figures[name]! >= target]),
);
for (const [name, target] of Object.entries(targets))
  console.log(
    `${met[name] ? "met" : "MISSED"}: ${name} ${figures[name]!.toPrecision(3)}, target ${most.has(name) ? "at most" : "at least"} ${target}`,
  );
console.log(JSON.stringify({ name: "serve", figures, targets, met }));

async function measure(): Promise<Record<string, number>> {
  const before = await bareRate();
  const cpu = await server.usage();
  const patient = await load({ ...imageTo(server.url, body), ms, clients: 8 });
  if (patient.rate === 0) throw new Error(`serve: no answer in ${ms} ms; give it more --seconds`);
  const used = (await server.usage()).cpu - cpu.cpu;
  const after = await bareRate();
  const impatient = await load({ ...imageTo(server.url, body), ms, clients: 32 });
  const steady = await load({ ...imageTo(server.url, body), ms: ms * 2, perSecond: 0.8 * patient.rate });
  const single = await load({ ...imageTo(server.url, body), ms, clients: 1 });
  const found: Record<string, number> = {
    bare_per_second: (before + after) / 2,
    server_per_second: patient.rate,
    share_of_bare: patient.rate / ((before + after) / 2),
    impatient_over_patient: impatient.rate / patient.rate,
    impatient_refused: impatient.refused,
    median_at_80_ms: quantile(steady.latencies, 0.5),
    p99_over_median_at_80: quantile(steady.latencies, 0.99) / quantile(steady.latencies, 0.5),
    overhead_ms: quantile(single.overheads, 0.5),
    cpu_ms_per_request: used / patient.latencies.length,
    failed: patient.failed + impatient.failed + steady.failed + single.failed,
  };
  if (kserve) Object.assign(found, await compared(kserve.urls));
  console.log(
    Object.entries(found)
      .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
      .join(", "),
  );
  return found;
}

/** Both with requests of the Open Inference Protocol, which KServe understands. */
async function compared(urls: readonly string[]): Promise<Record<string, number>> {
  const theirs = await load({ ...tensorTo(urls, body), ms, clients: 8 });
  const ours = await load({ ...tensorTo([server.url], body), ms, clients: 8 });
  if (theirs.rate === 0) throw new Error("serve: KServe's server answered no request; what it printed says why.");
  const [failed, kserve_failed] = [ours.failed + ours.refused, theirs.failed + theirs.refused];
  return { kserve_per_second: theirs.rate, over_kserve: ours.rate / theirs.rate, v2_failed: failed, kserve_failed };
}

async function startBare(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("bare.ts", import.meta.url)), [model!, image!, String(threads)]);
  const ended = once(child, "exit").then(() => {
    throw new Error("serve: the bare pipeline cannot be started");
  });
  ended.catch(() => {}); // it ends after its use, too
  await Promise.race([once(child, "message"), ended]);
  return child;
}

async function bareRate(): Promise<number> {
  const rates = bare.map(async (child) => {
    child.send(ms / 2);
    const [{ rate }] = (await once(child, "message")) as [{ rate: number }];
    return rate;
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

function quantile(rising: readonly number[], share: number): number {
  return rising[Math.min(rising.length - 1, Math.floor(share * rising.length))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  const rising = [...values].sort((a, b) => a - b);
  return (rising[(rising.length - 1) >> 1]! + rising[rising.length >> 1]!) / 2;
}
