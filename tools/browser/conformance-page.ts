// Runs in the browser: one recorded program at a time on a provider of onnxruntime-web.
import type * as Ort from "onnxruntime-web";
import { drift, type Outcome, type Provider, type Stored, type StoredArray, toleranceOf } from "../conformance/recorded-program.js";

/** A first run that takes longer is not repeated, in milliseconds. */
const slow = 3000;

const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
let said: string[] = [];
for (const level of ["log", "info", "debug", "warn", "error"] as const)
  console[level] = (...words: unknown[]) => void said.push(words.map(String).join(" "));

async function loadOrt(provider: Provider): Promise<typeof Ort> {
  const ort = (provider === "wasm" ? await import("onnxruntime-web/wasm") : await import("onnxruntime-web/webgpu")) as typeof Ort;
  ort.env.logLevel = "verbose";
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.numThreads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  return ort;
}

/** @returns why there is no graphics processor; undefined where there is one */
async function noAdapter(): Promise<string | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<{ info?: Readonly<Record<string, unknown>> } | null> } };
  if (!gpu) return "navigator.gpu is undefined";
  try {
    const adapter = await gpu.requestAdapter();
    if (adapter)
      Object.assign(globalThis, {
        adapterName: [adapter.info?.["vendor"], adapter.info?.["architecture"], adapter.info?.["description"]].join(" "),
      });
    return adapter ? undefined : "requestAdapter returns null";
  } catch (error) {
    return String(error);
  }
}

async function runProgram(id: number, provider: Provider): Promise<Outcome> {
  const ort = await loadOrt(provider);
  const bytes = async (name: string) => (await fetch(name)).arrayBuffer();
  const [model, numbers, stored] = await Promise.all([
    bytes(`/${id}.onnx`),
    bytes(`/${id}.bin`),
    fetch(`/${id}.json`).then((answer) => answer.json() as Promise<Stored>),
  ]);
  const dataOf = ({ dtype, begin, bytes: size }: StoredArray) => new kinds[dtype](numbers.slice(begin, begin + size));
  const feeds = () =>
    Object.fromEntries(stored.inputs.map((array) => [array.name, new ort.Tensor(array.dtype, dataOf(array) as Float32Array, array.shape)]));
  said = [];
  const session = await ort.InferenceSession.create(new Uint8Array(model), {
    executionProviders: [provider],
    logSeverityLevel: 0,
    logVerbosityLevel: 0,
  });
  const placed = placements(said);
  const timed = async () => {
    const start = performance.now();
    const results = await session.run(feeds());
    return { results, ms: performance.now() - start };
  };
  const first = await timed();
  const drifts = stored.outputs.map((array) => ({
    name: array.name,
    by: drift(first.results[array.name]!.data as Float32Array, dataOf(array)),
  }));
  const worst = drifts.reduce((a, b) => (b.by / toleranceOf(b.name) > a.by / toleranceOf(a.name) ? b : a));
  const times = [first.ms];
  if (first.ms < slow) times.splice(0, 1, (await timed()).ms, (await timed()).ms, (await timed()).ms);
  times.sort((a, b) => a - b);
  await session.release();
  return { worst: worst.by, worstOutput: worst.name, firstMs: first.ms, ms: times[times.length >> 1]!, placed };
}

/** What ONNX Runtime logs about the nodes of a graph. */
function placements(lines: readonly string[]): Record<string, Record<string, number>> {
  const placed: Record<string, Record<string, number>> = {};
  let provider = "";
  for (const line of lines.flatMap((text) => text.split("\n"))) {
    const [, found, count] = /placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(line) ?? [];
    if (found !== undefined) {
      provider = found.replace("ExecutionProvider", "");
      placed[provider] = { "(all)": Number(count) };
      continue;
    }
    const op = /\]\s+(\w+) \(.*\)\s*$/.exec(line)?.[1] ?? /^\s{2,}(\w+) \(.*\)\s*$/.exec(line)?.[1];
    const ops = placed[provider];
    if (op !== undefined && ops) ops[op] = (ops[op] ?? 0) + 1;
  }
  return placed;
}

Object.assign(globalThis, { runProgram, noAdapter, saidBefore: () => said });
