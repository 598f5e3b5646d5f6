import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { report } from "../report/report.js";
import { besideBusy, median, memoryAfter, openInference, peakFlops, startUp, tinyRun } from "./measures.js";
import { openSmallStep, openStep, stepFlops, stepGraph } from "./model.js";
import { profileStep } from "./profile.js";
import { fastMkl, openReference } from "./torch.js";

// A training step of UniAD's transformer (7.6 M parameters) by @ltad/jit, against PyTorch, eager TF.js and the machine's own peak; see README.

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    "memory-steps": { type: "string", default: "60" },
    eager: { type: "string", default: "" },
    profile: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const figures: Record<string, number> = {};
const note = (name: string, value: number, digits = 1) => {
  figures[name] = Number(value.toFixed(digits));
  console.log(`${name.padEnd(44)} ${value.toFixed(digits)}`);
};

/** Medians over rounds in which the contenders take turns, so that what else the machine does reaches all of them. */
async function inTurns(contenders: Readonly<Record<string, () => Promise<number[]>>>): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (const run of Object.values(contenders)) await run(); // warm-up
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(contenders)) (times[name] ??= []).push(...(await run()));
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}
const twice = (run: () => Promise<number>) => async () => [await run(), await run()];

if (values.profile) for (const [part, time] of Object.entries(await profileStep(rounds))) note(part, time, 0);

await startUp(); // loads ONNX Runtime and compiles our own code
note("trace_and_session_ms", median([await startUp(), await startUp(), await startUp()]), 0);
note("graph_mb", stepGraph().length / 1e6, 3);
note("tiny_run_ms", await tinyRun(), 3);

const step = await openStep();
const spinning = await openStep({ spinning: true });
const [installed, fast] = await Promise.all([
  openReference(values.python, "uniad_step.py"),
  openReference(values.python, "uniad_step.py", [], fastMkl() ?? {}),
]);
if (!installed) console.log(`${values.python} has no torch: PyTorch is left out (--python PATH names one that has it)`);
const ask = (reference: typeof installed) => async () => (await reference?.ask({ steps: 2 }))?.ms ?? [];
const ms = await inTurns({
  ours: twice(step.run),
  ours_spinning: twice(spinning.run),
  ...(installed ? { torch: ask(installed) } : {}),
  ...(fast ? { torch_fast_mkl: ask(fast) } : {}),
});
for (const reference of [installed, fast]) reference?.close();
await spinning.dispose();
for (const [name, value] of Object.entries(ms)) note(`step_ms_${name}`, value);
const ours = ms["ours"]!;
if (ms["torch"]) note("torch_over_ours", ms["torch"] / ours, 2);
if (ms["torch_fast_mkl"]) note("torch_fast_mkl_over_ours", ms["torch_fast_mkl"] / ours, 2);
note("share_of_peak", stepFlops() / ours / (await peakFlops()), 2);

const busy = await besideBusy(async () => [await step.run(), await step.run(), await step.run()]);
note("busy_over_quiet", median(busy) / ours, 2);
const many: number[] = [];
await step.runMany(4); // opens the graph of many steps
for (let round = 0; round < Math.min(rounds, 3); round++) many.push(await step.runMany(4));
note("step_ms_ours_four_in_one_call", median(many));
await step.dispose();
const small = await openSmallStep();
await small.one(64);
note("small_step_ms", median([await small.one(256), await small.one(256), await small.one(256)]), 3);
await small.many(64);
note("small_step_ms_64_in_one_call", median([await small.many(64), await small.many(64), await small.many(64), await small.many(64)]), 3);
await small.dispose();
const [early, late] = await memoryAfter(Number(values["memory-steps"]));
note("resident_mb", late, 0);
note("resident_growth", late / early, 3);

const inference = await openInference();
const exported = await openReference(values.python, "uniad_inference.py");
const inferenceMs = await inTurns({ ours: twice(inference.run), ...(exported ? { exported: ask(exported) } : {}) });
exported?.close();
await inference.dispose();
for (const [name, value] of Object.entries(inferenceMs)) note(`inference_ms_${name}`, value);
if (inferenceMs["exported"]) note("inference_exported_over_ours", inferenceMs["exported"] / inferenceMs["ours"]!, 2);

for (const backend of values.eager.split(",").filter((name) => name !== "")) {
  if (backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  else if (backend !== "cpu") await import(backend); // a path to tfjs-node
  await tf.setBackend(backend === "wasm" || backend === "cpu" ? backend : "tensorflow");
  const eager = await openStep({ engine: "tensorflow" });
  const name = tf.getBackend();
  note(`step_ms_eager_${name}`, median([await eager.run(), await eager.run()]), 0);
  note(`eager_${name}_over_ours`, figures[`step_ms_eager_${name}`]! / ours, 1);
  await eager.dispose();
}

const atLeast = {
  torch_over_ours: 1.8,
  torch_fast_mkl_over_ours: 1,
  share_of_peak: 0.7,
  inference_exported_over_ours: 1,
  eager_tensorflow_over_ours: 2,
  eager_wasm_over_ours: 40,
};
const atMost = {
  tiny_run_ms: 0.15,
  trace_and_session_ms: 800,
  graph_mb: 0.5,
  resident_growth: 1.03,
  resident_mb: 800,
  busy_over_quiet: 1.5,
};
report("step", figures, { atLeast, atMost });
