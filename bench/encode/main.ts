import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { collectAtOnce } from "@ltad/core";
import { loadImage, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { type AnyImageEncoder, loadImageEncoder } from "@ltad/encoder";
import { defaultCacheDir } from "@ltad/hub";
import { encoderGraph, type FeatureSpec, featureSpec } from "@ltad/features";
import { encodeFiles } from "@ltad/feature-store";
import { report } from "../report/report.js";
import { compareNetwork } from "./bare-network.js";
import { checkPython } from "./check-python.js";
import { measurePrecision } from "./precision.js";
import { partsOfEncoding, processorTime } from "./processor-time.js";
import { measureVariants } from "./variants.js";

// Images per second from file to features on disk, and what each part takes. With --python, PyTorch and timm on the same files.
// With --variants, milliseconds an image of the encoders' networks: all, or those named after it; with --python the vision transformers too.
// With --precision, what storing the weights in fewer bytes costs, on the test images of --data.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    encoder: { type: "string", default: "efficientnet-b0" },
    images: { type: "string", default: "240" },
    size: { type: "string", default: "384" },
    python: { type: "string" },
    variants: { type: "boolean", default: false },
    precision: { type: "boolean", default: false },
    data: { type: "string", default: "../shared/realbench" },
  },
});
collectAtOnce(); // as `ltad` does
const [count, size] = [Number(values.images), Number(values.size)];
const modules = values.variants ? ["torch", "transformers"] : ["numpy", "onnxruntime", "timm", "torch"];
if (values.python !== undefined) {
  await checkPython(values.python, modules).catch((error: Error) => {
    console.error(error.message);
    process.exit(2);
  });
}
const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: homedir() });
const folder = await mkdtemp(join(tmpdir(), "ltad-encode-"));
const figures: Record<string, number> = {};
const atLeast: Record<string, number> = {};
try {
  if (values.variants) Object.assign(figures, await measureVariants({ names: positionals, size, python: values.python, folder }));
  else {
    const encoder = await loadImageEncoder(values.encoder, { cacheDir });
    if (values.precision) Object.assign(figures, await measurePrecision(encoder, specOf(encoder), values.data, count));
    else await measureEncoding(encoder);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
report("encode", figures, { atLeast });

async function measureEncoding(encoder: AnyImageEncoder): Promise<void> {
  const files = await makeImages();
  const spec = specOf(encoder);
  const graph = encoderGraph(encoder, spec);

  figures["decode_ms"] = await median(files.slice(0, 40), async (file) => loadImage(file, size, { kernel: spec.kernel }));
  const { bare_ms: bare, python_ms: python, ...own } = await compareNetwork(graph, size, values.python);
  const network = own["network_ms"]!;
  Object.assign(figures, { ...own, network_of_bare: bare! / network });
  if (python !== undefined) figures["network_of_python"] = python / network;
  Object.assign(atLeast, { network_of_bare: 0.95, network_of_python: 0.95, network_share: 0.75, ratio_to_torch: 1.3 });

  Object.assign(figures, await partsOfEncoding(files.slice(0, 40), { graph, spec, folder }));
  const memory: number[] = []; // MiB after each image
  const start = performance.now();
  const onProgress = () => memory.push(process.memoryUsage().rss / 2 ** 20);
  const encode = () => encodeFiles(files, { graph, spec }, { cacheDir: folder, onProgress });
  figures["processor_ms"] = await processorTime(files.length, encode);
  const perImage = (performance.now() - start) / files.length;
  figures["images_per_second"] = 1000 / perImage;
  figures["network_share"] = network / perImage; // 1: all else is hidden behind a network that has the machine for itself
  for (const part of [0.1, 0.5, 1]) {
    const after = Math.ceil(part * memory.length);
    figures[`rss_mib_after_${after}`] = memory[after - 1]!;
  }
  if (values.python === undefined) return;
  const { stdout } = await promisify(execFile)(values.python, ["tools/reference/encoder/encode_speed.py", String(size), ...files], {
    maxBuffer: 2 ** 24,
  });
  figures["torch_images_per_second"] = (JSON.parse(stdout) as { images_per_second: number }).images_per_second;
  figures["ratio_to_torch"] = figures["images_per_second"] / figures["torch_images_per_second"];
}

/** The stages and grid of the recommended preset, or all stages of an encoder that has fewer. */
function specOf(encoder: AnyImageEncoder): FeatureSpec {
  const stages = encoder.stages.length >= 6 ? [2, 3, 5, 6] : encoder.stages.map(({ stage }) => stage);
  const stride = encoder.stages.length >= 6 ? 16 : Math.max(...encoder.stages.map((stage) => stage.stride));
  return featureSpec(encoder, { inputSize: size, stages, gridStride: stride, shrink: "area", length: "unit" });
}

async function makeImages(): Promise<string[]> {
  const data = join(folder, "data");
  await synthesise(data, { seed: 0, size: Math.min(512, 4 * size), classes: 4, train: Math.ceil(count / 4), good: 0, defects: 0 });
  const { classes } = await scanDataset(data);
  return classes.flatMap(({ train }) => train.map(({ file }) => file)).slice(0, count);
}

/** Median milliseconds of a job over items. */
async function median<T>(items: readonly T[], job: (item: T) => Promise<unknown>): Promise<number> {
  const all = await times(items, job);
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
}

async function times<T>(items: readonly T[], job: (item: T) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (const item of items) {
    const start = performance.now();
    await job(item);
    all.push(performance.now() - start);
  }
  return all;
}
