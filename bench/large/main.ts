import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { float32, type NdArray, type NdArrays } from "@ltad/core";
import { f32, saveOnnx } from "@ltad/jit";
import { openProgram } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";

// A model whose weights no .onnx file holds (9 products with [8192, 8192], 2.4 GB), written by saveOnnx, opened by its path, run, and compared with
// the same products in double precision.

const { values } = parseArgs({ options: { layers: { type: "string", default: "9" }, width: { type: "string", default: "8192" } } });
const [layers, width] = [Number(values.layers), Number(values.width)];
const figures: Record<string, number> = {};
const folder = await mkdtemp(join(tmpdir(), "ltad-large-"));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true, force: true });
}
const targets = { largest_difference: 1e-5 };
console.log(JSON.stringify({ name: "large", figures, targets, met: { largest_difference: figures["largest_difference"]! <= 1e-5 } }));

async function measure(): Promise<void> {
  const constants: NdArrays = Object.fromEntries(Array.from({ length: layers }, (_, layer) => [`w${layer}`, weights(layer)]));
  const x = float32(
    [1, width],
    Float32Array.from({ length: width }, (_, i) => Math.cos(i)),
  );
  const path = join(folder, "large.onnx");
  figures["write_seconds"] = await seconds(() =>
    saveOnnx(
      path,
      (inputs, weights) => ({ y: Object.values(weights).reduce<tf.Tensor2D>((y, w) => tf.matMul(y, w), inputs.x) }),
      { x: f32(null, width) },
      { constants },
    ),
  );
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  figures["graph_mb"] = Math.min(...sizes) / 1e6;
  figures["weights_gb"] = Math.max(...sizes) / 1e9;
  let program: Awaited<ReturnType<typeof openProgram>> | undefined;
  figures["open_seconds"] = await seconds(async () => (program = await openProgram(path)));
  let y: NdArray | undefined;
  figures["run_seconds"] = await seconds(async () => ({ y } = (await program?.run({ x })) ?? {}));
  await program?.dispose();
  figures["largest_difference"] = largestDifference(y?.data as Float32Array, plain(x.data, constants));
  figures["peak_gb"] = process.resourceUsage().maxRSS / 2 ** 20;
}

/** Every layer another, none symmetric, sums that neither vanish nor grow. */
function weights(layer: number): NdArray {
  const data = new Float32Array(width * width);
  const scale = 1 / Math.sqrt(width);
  let state = layer + 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = (state / 2 ** 31) * Math.sqrt(3) * scale;
  }
  return float32([width, width], data);
}

function plain(x: Float32Array, constants: NdArrays): Float64Array {
  let y = Float64Array.from(x);
  for (const { data } of Object.values(constants)) {
    const next = new Float64Array(width);
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) next[j] = next[j]! + y[i]! * data[i * width + j]!;
    y = next;
  }
  return y;
}

/** Relative to the largest value. */
function largestDifference(ours: Float32Array, theirs: Float64Array): number {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i]!)), 0) / largest;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
