// Runs graphs of this repository on the onnxruntime-node that lies in FOLDER: npx tsx --conditions=@ltad/source tools/gpu/measure.ts FOLDER PROVIDER PART
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { createRng, float32, type NdArray, type NdArrays, sizeOf } from "@ltad/core";
import { loadImageEncoder } from "@ltad/encoder";
import { encoderGraph, featureSpec } from "@ltad/features";
import { defaultCacheDir } from "@ltad/hub";
import { f32, type TensorsFor, type TensorsOf, toOnnx, trainStep, trainStepToOnnx } from "@ltad/jit";
import { reconstructionLoss, reconstructor } from "@ltad/reconstruct";

interface Tensor {
  readonly data: ArrayLike<number>;
}
interface Session {
  readonly inputMetadata: readonly { readonly name: string; readonly isTensor: boolean; readonly shape: readonly (number | string)[] }[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}
/** What is used of a release of ONNX Runtime that is not the one of this repository. */
interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (dtype: string, data: NdArray["data"], shape: readonly number[]) => Tensor;
}
interface Program {
  readonly name: string;
  readonly fn: Parameters<typeof toOnnx>[0];
  readonly inputs: NdArrays;
}

const [folder = ".", provider = "cuda", part = "conformance"] = process.argv.slice(2);
const moduleIn = createRequire(join(resolve(folder), "package.json"));
const ort = part === "eager" ? (undefined as never) : (moduleIn("onnxruntime-node") as Runtime);

async function open(model: Uint8Array, name: string) {
  const extra = name === "cpu" ? {} : { session: { disable_cpu_ep_fallback: "0" } };
  return ort.InferenceSession.create(model, { executionProviders: name === "cpu" ? ["cpu"] : [name, "cpu"], extra, logSeverityLevel: 3 });
}

const tensorsOf = (arrays: NdArrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { dtype, shape, data }]) => [name, new ort.Tensor(dtype, data, shape)]));

/** Every program of the conformance list on the CPU and on the provider; prints those that differ by more than 1e-3 of the largest number. */
async function conformance() {
  const list = new URL("../../packages/jit/src/testing/programs.ts", import.meta.url).href; // the tests' own list, which no package exports
  const { goldenPrograms, kernelPrograms } = (await import(list)) as Readonly<
    Record<"goldenPrograms" | "kernelPrograms", readonly Program[]>
  >;
  let [same, all] = [0, 0];
  for (const { name, fn, inputs } of [...goldenPrograms, ...kernelPrograms]) {
    all++;
    try {
      const model = toOnnx(fn, Object.fromEntries(Object.entries(inputs).map(([key, { dtype, shape }]) => [key, { dtype, shape }])));
      const [here, there] = [await open(model, "cpu"), await open(model, provider)];
      const [a, b] = [await here.run(tensorsOf(inputs)), await there.run(tensorsOf(inputs))];
      const worst = Math.max(...Object.keys(a).map((key) => drift(a[key]!.data, b[key]!.data)));
      if (worst < 1e-3) same++;
      else console.log(`${name}: differs by ${worst.toExponential(1)}`);
      await Promise.all([here.release(), there.release()]);
    } catch (error) {
      console.log(`${name}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  console.log(`${same} of ${all} programs agree with the CPU on ${provider}`);
}

function drift(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, worst] = [1e-12, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isFinite(a[i])) largest = Math.max(largest, Math.abs(a[i]!));
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    worst = Math.max(worst, Number.isFinite(a[i]! - b[i]!) ? Math.abs(a[i]! - b[i]!) : Infinity);
  }
  return worst / largest;
}

const module = reconstructor({ kind: "uniad", channels: 176, grid: [14, 14] });
const batch = () => float32([8, 196, 176], createRng(1).normals(8 * 196 * 176));

const inputs = { x: f32(8, 196, 176) };

const problem = () => ({
  params: module.init(createRng("bench/step")),
  inputs,
  loss: (p: TensorsOf<ReturnType<typeof module.init>>, { x }: TensorsFor<typeof inputs>) => ({
    loss: reconstructionLoss(module.forward(p, x, x.mean(1)), x),
  }),
  optimiser: { weightDecay: 1e-4, clipNorm: 0.1 },
});

/** The step of bench/step: 7.6 M parameters, 8 x 196 tokens; the state crosses the bus in every step. */
async function step() {
  const session = await open(trainStepToOnnx(problem()), provider);
  let feeds: Record<string, Tensor> = tensorsOf({ ...zerosFor(session), x: batch() });
  const run = async () => {
    const results = await session.run(feeds);
    const next = Object.entries(results).filter(([name]) => name.startsWith("next."));
    feeds = { ...feeds, ...Object.fromEntries(next.map(([name, tensor]) => [name.slice(5), tensor])) };
  };
  console.log(`step on ${provider}: ${await medians(run)}`);
}

function zerosFor(session: Session): NdArrays {
  const arrays = session.inputMetadata.flatMap((input): [string, NdArray][] => {
    if (!input.isTensor || input.name === "x") return [];
    const shape = input.shape.map(Number);
    return [[input.name, float32(shape, createRng(input.name).normals(sizeOf(shape), 0.02).map(Math.abs))]];
  });
  return Object.fromEntries(arrays);
}

/** The first CUDA call: a graph of one addition. */
async function load() {
  const model = toOnnx(({ x }) => ({ y: x.add(1) }), { x: { dtype: "float32", shape: [2] } });
  const session = await ort.InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 });
  const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2), [2]) });
  console.log(`${provider} computes: ${(y!.data as Float32Array).join(",")}`);
}

/** One image of 384 x 384 through the encoder of the recommended preset. */
async function encoder() {
  const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: homedir() });
  const image = await loadImageEncoder("efficientnet-b0", { cacheDir });
  const spec = featureSpec(image, { inputSize: 384, stages: [2, 3, 5, 6], gridStride: 16, shrink: "area", length: "unit" });
  const session = await open(encoderGraph(image, spec), provider);
  const feeds = tensorsOf({ image: float32([1, 384, 384, 3], createRng(1).normals(384 * 384 * 3)) });
  console.log(`encoder on ${provider}: ${await medians(() => session.run(feeds))}`);
}

/** The same step by the eager engine, on the tfjs-node-gpu that lies in FOLDER. */
async function eager() {
  const { getBackend } = moduleIn("@tensorflow/tfjs-node-gpu") as { getBackend(this: void): string };
  if (getBackend() !== "tensorflow") throw new Error(`${folder} has no tfjs-node-gpu that runs; call the part tfjs first`);
  const program = await trainStep({ ...problem(), engine: "tensorflow" });
  console.log(`eager step on tfjs-node-gpu: ${await medians(() => program.step({ x: batch() }, { learningRate: 1e-4 }))}`);
}

async function medians(run: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < 33; i++) {
    const start = performance.now();
    await run();
    if (i >= 3) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const resident = (process.memoryUsage.rss() / 2 ** 30).toFixed(2);
  return `median of 30 ${times[15]!.toFixed(1)} ms, least ${times[0]!.toFixed(1)} ms; ${resident} GiB resident`;
}

const parts: Readonly<Record<string, () => Promise<void>>> = { load, conformance, step, encoder, eager };
try {
  await (parts[part] ?? (() => Promise.reject(new Error(`unknown part ${part}; parts are ${Object.keys(parts).join(", ")}`))))();
} catch (error) {
  console.error((error as Error).message.trim());
  process.exitCode = 1;
}
