import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { createRng } from "@ltad/core";
import { makeMaps, side } from "./make-maps.js";

// Ratios to other programs on the same maps, in one run, each alone in a process on one core. The Python side (tools/reference/metrics,
// requirements.txt) runs when --python names an interpreter that has its packages; without one only our own numbers are measured.

const { values: options } = parseArgs({
  options: {
    images: { type: "string", default: "200" },
    scores: { type: "string", default: "1000000" },
    seed: { type: "string", default: "0" },
    python: { type: "string" },
    /** Thresholds of the 200 that the loop is timed on; its time is scaled to 200. */
    loop: { type: "string", default: "200" },
  },
});
const run = promisify(execFile);
const [images, count, timed] = [Number(options.images), Number(options.scores), Number(options.loop)];
const figures: Record<string, number> = {};
const folder = await mkdtemp(join(tmpdir(), "ltad-bench-metrics-"));
try {
  await makeMaps(folder, images, Number(options.seed));
  await makeScores();
  await ours();
  if (options.python) await theirs(options.python);
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();

async function makeScores(): Promise<void> {
  const rng = createRng(`${options.seed}/scores`);
  const labels = Uint8Array.from({ length: count }, () => (rng.uniform() < 0.3 ? 1 : 0));
  const scores = Float64Array.from(labels, (label) => rng.normal() + label);
  await writeFile(join(folder, "scores.f64"), new Uint8Array(scores.buffer));
  await writeFile(join(folder, "labels.u8"), labels);
}

async function ours(): Promise<void> {
  const script = fileURLToPath(new URL("ours.ts", import.meta.url));
  const child = async (what: string) => onOneCore(process.execPath, [...process.execArgv, script, folder, what]);
  for (const mode of ["exact", "streaming"]) {
    const { seconds, peakBytes, values } = (await child(mode)) as Pixels;
    const { add, sort, ranked, aupro } = seconds;
    figures[`${mode}_ranked_seconds`] = add + sort + ranked;
    figures[`${mode}_aupro_seconds`] = add + sort + aupro;
    figures[`${mode}_all_seconds`] = add + sort + ranked + aupro;
    figures[`${mode}_peak_mb`] = peakBytes / 1e6;
    figures[`${mode}_peak_of_scores`] = peakBytes / (4 * images * side * side);
    for (const [name, value] of Object.entries(values)) figures[`${mode}_${name}`] = value;
  }
  const scores = (await child("images")) as Timed;
  figures["image_auroc_seconds"] = scores.seconds;
  figures["image_auroc"] = scores.values["auroc"] ?? NaN;
}

async function theirs(python: string): Promise<void> {
  const script = fileURLToPath(new URL("../../tools/reference/metrics/bench.py", import.meta.url));
  for (const what of ["sklearn", "sklearn_images", "anomalib", "torchmetrics", "loop"]) {
    const { seconds, peakBytes, values } = (await onOneCore(python, [
      script,
      folder,
      what,
      ...(what === "loop" ? [String(timed)] : []),
    ])) as Timed;
    const scale = what === "loop" ? 200 / timed : 1;
    figures[`${what}_seconds`] = seconds * scale;
    figures[`${what}_peak_of_scores`] = (peakBytes ?? NaN) / (4 * images * side * side);
    for (const [name, value] of Object.entries(values)) figures[`${what}_${name}`] = value;
    console.error(`${what}: ${(seconds * scale).toFixed(2)} s`);
  }
}

interface Timed {
  readonly seconds: number;
  readonly peakBytes?: number;
  readonly values: Readonly<Record<string, number>>;
}

interface Pixels {
  readonly seconds: Readonly<Record<"add" | "sort" | "ranked" | "aupro", number>>;
  readonly peakBytes: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Runs a program on one core where the system can pin it, and reads its last line. */
async function onOneCore(program: string, args: readonly string[]): Promise<unknown> {
  const pinned = existsSync("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", "0", program, ...args] : [program, ...args];
  const { stdout } = await run(pinned[0]!, pinned.slice(1), { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

function report(): void {
  const ratio = (name: string, theirs: string, own: string) => {
    if (figures[theirs] !== undefined) figures[name] = figures[theirs] / figures[own]!;
  };
  ratio("ranked_times_sklearn", "sklearn_seconds", "exact_ranked_seconds");
  ratio("ranked_times_torchmetrics", "torchmetrics_seconds", "exact_ranked_seconds");
  ratio("aupro_times_anomalib", "anomalib_seconds", "exact_aupro_seconds");
  ratio("aupro_times_loop", "loop_seconds", "exact_aupro_seconds");
  ratio("image_auroc_times_sklearn", "sklearn_images_seconds", "image_auroc_seconds");
  const least = { ranked_times_sklearn: 8, aupro_times_anomalib: 5, aupro_times_loop: 20, image_auroc_times_sklearn: 5 };
  const most = { exact_peak_of_scores: 3, streaming_peak_mb: 64 };
  const targets = Object.fromEntries(Object.entries({ ...least, ...most }).filter(([name]) => figures[name] !== undefined));
  const met = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, name in least ? figures[name]! >= target : figures[name]! <= target]),
  );
  for (const [name, value] of Object.entries(figures))
    console.log(
      `${name.padEnd(28)} ${value.toPrecision(5)}${name in targets ? `  (target ${targets[name]}, ${met[name] ? "met" : "missed"})` : ""}`,
    );
  console.log(JSON.stringify({ name: "metrics", figures, targets, met }));
}
