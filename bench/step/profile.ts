import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng, sizeOf } from "@ltad/core";
import * as ort from "onnxruntime-node";
import { batch, channels, side, stepGraph } from "./model.js";

// Where the time of a step goes inside the runtime: kernels on one thread, each by the quarter of its runs that other work disturbed least.

interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: { readonly op_name: string; readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[] };
}

/** Milliseconds of each part of a step. */
export async function profileStep(runs: number): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-profile-"));
  try {
    await runProfiled(join(folder, "step"), runs);
    const [file] = await readdir(folder);
    return partsOf(JSON.parse(await readFile(join(folder, file!), "utf8")) as Event[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runProfiled(profileFilePrefix: string, runs: number): Promise<void> {
  const optimization = { disable_specified_optimizers: "SkipLayerNormFusion;MatMulAddFusion;GemmTransposeFusion" }; // as @ltad/runtime trains
  const settings = { intraOpNumThreads: 1, enableMemPattern: false, enableProfiling: true, profileFilePrefix };
  const session = await ort.InferenceSession.create(stepGraph(), { ...settings, extra: { optimization }, logSeverityLevel: 3 });
  const inputs = session.inputMetadata.flatMap((input) => (input.isTensor ? [{ name: input.name, shape: input.shape.map(Number) }] : []));
  const numbers = (name: string, shape: readonly number[]) => createRng(name).normals(sizeOf(shape), 0.02).map(Math.abs);
  const feeds = Object.fromEntries(inputs.map(({ name, shape }) => [name, new ort.Tensor("float32", numbers(name, shape), shape)]));
  for (let i = 0; i < runs; i++) await session.run(feeds);
  session.endProfiling();
  await session.release();
}

function partsOf(events: readonly Event[]): Record<string, number> {
  const times = new Map<string, { readonly part: string; readonly ms: number[] }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const shapes = (args.input_type_shape ?? []).flatMap((shape) => Object.values(shape));
    const node = times.get(name) ?? { part: partOf(args.op_name, shapes), ms: [] };
    times.set(name, node);
    node.ms.push(dur / 1000);
  }
  const parts: Record<string, number> = { products_ms: 0, attention_maps_ms: 0, layer_norms_ms: 0, optimiser_ms: 0, rest_ms: 0 };
  for (const { part, ms } of times.values()) parts[part]! += ms.sort((a, b) => a - b)[ms.length >> 2]!;
  return parts;
}

/** By the shape of its first operand; a product with a row of ones is a sum. */
function partOf(op: string, [first = []]: readonly (readonly number[])[]): string {
  const tokens = side * side;
  if (/^(Fused)?MatMul$/.test(op) && first[0] !== 1) return "products_ms";
  if (first.at(-1) === tokens && first.at(-2) === tokens) return "attention_maps_ms";
  const isWide = first[0] === batch && first[1] === tokens && first.at(-1) !== channels;
  if (/^LayerNorm|^ReduceMean$/.test(op) || (isWide && first[2] === 256 && /^(Sub|Mul|ReduceSum)$/.test(op))) return "layer_norms_ms";
  const isOfTokens = first.some((size) => [batch, tokens, batch * tokens, 8 * batch].includes(size));
  return /^(Add|Sub|Mul|Div|Sqrt|ReduceSumSquare|Concat|Split)$/.test(op) && !isOfTokens ? "optimiser_ms" : "rest_ms";
}
