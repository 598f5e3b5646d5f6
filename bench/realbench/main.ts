import { parseArgs } from "node:util";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32 } from "@ltad/core";
import { longTail, scanDataset, type Split } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import { encodeFiles } from "@ltad/feature-store";
import { type FittedConfig, resolveConfig, train } from "@ltad/train";
import { evaluate } from "@ltad/evaluate";
import { linkCache } from "../linked-cache.js";
import { type ClassScorer, fitStandard } from "./baseline.js";
import { borrowedCovariance } from "./borrowed-covariance.js";
import { nearestBank } from "./nearest-bank.js";
import { positionGaussians } from "./position-gaussians.js";
import { logLengths } from "./log-lengths.js";
import { markdown, type Row, summarise } from "./table.js";
import { asDetector, oneMap } from "./variants.js";

// realbench-exp20 (see realbench's README): one LTAD model over six classes, its ablations, and two baselines on the same features.

const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
/** Trainings of their own: name in the table -> options. Ingredients of the statistics are left out of `fast`, which has nothing else. */
const trainings: Readonly<Record<string, readonly string[]>> = {
  recommended: [],
  fast: ["preset=fast"],
  paper: ["preset=paper"],
  "fast with raw tokens": ["preset=fast", "features.length=raw"],
  "fast without mean prior": ["preset=fast", "whitening.meanPrior=0"],
  "fast without axes": ["preset=fast", "whitening.positionRank=0"],
  "fast without turned copies": ["preset=fast", "copies.upTo=0"],
  "without class whitening": ["whitening.by=none"],
  "learned names": ["names.prototypes=learned"],
  "random prototypes": ["names.prototypes=random"],
  "with VAE mixing": ["mixing.enabled=true"],
};
/** Trainings that take ten times as long as the others: with the first seed only. */
const slow = new Set(["paper"]);
/** Scores of the recommended model by one of its maps. */
const maps = { "S_rec only": "recMap", "S_sem only": "semMap" } as const;
/** Baselines on the very tokens of a model. */
const baselines: Readonly<Record<string, { readonly of: string; readonly fit: typeof nearestBank }>> = {
  "memory bank": { of: "recommended", fit: nearestBank },
  "position Gaussians": { of: "recommended", fit: positionGaussians },
  "memory bank on raw tokens": { of: "fast with raw tokens", fit: nearestBank },
  "position Gaussians on raw tokens": { of: "fast with raw tokens", fit: positionGaussians },
};
/** The same model, which is not told the class of a test image. */
const unknown = "class predicted";
/** Variants of the closed form that are not in the product, on the tokens of a model. */
const variants: Readonly<Record<string, { readonly of: string; readonly fit: typeof borrowedCovariance }>> = {
  "fast with borrowed covariance": { of: "fast without turned copies", fit: borrowedCovariance },
  "fast with logarithms of lengths": { of: "fast with raw tokens", fit: logLengths },
};
const readings = [unknown, ...Object.keys(maps), ...Object.keys(baselines), ...Object.keys(variants)];
/** The training that a reading needs. */
const modelOf = (reading: string) => (variants[reading] ?? baselines[reading])?.of ?? "recommended";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    seeds: { type: "string", default: "3" },
    protocol: { type: "string", default: "exp20" },
    only: { type: "string", default: [...Object.keys(trainings), ...readings].join(",") },
    set: { type: "string", multiple: true, default: [] },
    /** A setting and its values: each training of `only` is run with each of them. */
    each: { type: "string" },
  },
});
const [setting = "", list] = values.each?.split("=") ?? [];
const alternatives = list?.split(",").map((value) => ({ label: value, sets: [`${setting}=${value}`] })) ?? [{ label: "", sets: [] }];
/** "3" is three seeds from 0, "1,2" these two, "2," the one. */
const seeds = values.seeds.includes(",")
  ? values.seeds.split(",").filter(Boolean).map(Number)
  : Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const only = new Set(values.only.split(",").map((name) => name.trim()));
const folder = await mkdtemp(join(tmpdir(), "ltad-realbench-cache-"));
const cacheDir = await linkCache(folder, ["statistics"]); // every training fits its own, so that its time can be compared
const dataset = await scanDataset(values.data);
const rows: Row[] = [];

for (const seed of seeds) {
  const split = await longTail(dataset, { protocol: values.protocol, order, seed });
  for (const [name, sets] of Object.entries(trainings)) {
    const needed = only.has(name) || readings.some((reading) => only.has(reading) && name === modelOf(reading));
    if (!needed || (seed > 0 && slow.has(name))) continue;
    for (const { label, sets: own } of alternatives) await runTraining(name, label, [...sets, ...values.set, ...own], { seed, split });
  }
}
console.log(`\nrealbench-${values.protocol}, ${seeds.length} seeds, image / pixel AUROC in %\n\n${markdown(rows)}\n`);
console.log(JSON.stringify(summarise(rows)));
await rm(folder, { recursive: true });

async function runTraining(name: string, label: string, sets: readonly string[], { seed, split }: { seed: number; split: Split }) {
  const out = await mkdtemp(join(tmpdir(), "ltad-realbench-"));
  try {
    const { timing } = await train({ split, seed, config: resolveConfig({ sets }), out, cacheDir });
    const detector = await openDetector(out);
    try {
      const seconds = timing.copies + timing.statistics + timing.phase1 + timing.phase2 + timing.calibrate + timing.write;
      const costs = async () => ({
        trainSeconds: seconds,
        encodeMs: await encodeTime(detector),
        scoreMs: await scoreTime(detector),
        megabytes: sizesOf(detector),
      });
      if (only.has(name)) await measure([name, label].filter(Boolean).join(", "), detector, seed, await costs());
      if (label === "") await readModel(name, detector, split, seed);
    } finally {
      await detector.dispose();
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function readModel(model: string, detector: Detector, split: Split, seed: number): Promise<void> {
  if (model === "recommended")
    for (const [name, map] of Object.entries(maps)) if (only.has(name)) await measure(name, oneMap(detector, map), seed);
  if (model === "recommended" && only.has(unknown)) await measure(unknown, detector, seed, {}, "predicted");
  for (const [name, { of }] of Object.entries(variants))
    if (only.has(name) && of === model) await measureVariant(name, detector, split, seed);
  for (const [name, { of }] of Object.entries(baselines))
    if (only.has(name) && of === model) await measureBaseline(name, detector, split, seed);
}

async function measureVariant(name: string, detector: Detector, { classes }: Split, seed: number): Promise<void> {
  const { config, features } = detector.manifest;
  const { tiles, ...spec } = features;
  const files = classes.flatMap(({ train: items }) => items.map(({ file }) => file));
  const store = await encodeFiles(files, await detector.encoder(), { cacheDir });
  const labels = classes.flatMap(({ train: items }, label) => items.map(() => label));
  const { whitening } = config as FittedConfig;
  const scorers = await variants[name]!.fit({ store, labels, spec: { ...spec, ...(tiles && { tiles }) }, statistics: whitening });
  await measure(name, asDetector(detector, scorers), seed);
  for (const scorer of scorers) await scorer.dispose();
}

async function measureBaseline(name: string, detector: Detector, split: Split, seed: number): Promise<void> {
  const { channels, tokens } = detector.manifest.features;
  const encoder = await detector.encoder();
  const scorers: ClassScorer[] = [];
  for (const { name: className, train: items } of split.classes) {
    const files = items.map(({ file }) => file);
    const store = await encodeFiles(files, encoder, { cacheDir });
    const images = items.map((_, index) => index);
    const standard = await fitStandard(store, images, channels);
    scorers.push(await baselines[name]!.fit(store, images, standard, tokens, `${seed}/${className}`));
  }
  await measure(name, asDetector(detector, scorers), seed);
  for (const scorer of scorers) await scorer.dispose();
}

/** Milliseconds beyond the encoder (head and map at the size of the image) as `predict` gives them: median of 60 test images after a warm-up. */
async function scoreTime(detector: Detector): Promise<number> {
  const items = dataset.classes.flatMap((data) => data.test.map((item) => ({ ...item, class: data.name })));
  const times: number[] = [];
  for (let i = 0; i < 65; i++) {
    const { file, class: name } = items[Math.floor((i * items.length) / 65)]!;
    const { timing } = await detector.predict(file, { class: name });
    if (i >= 5) times.push(timing.score + timing.upsample);
  }
  return times.sort((a, b) => a - b)[30]!;
}

/** Milliseconds of processor time for the encoder, on all cores together, which other programs on the machine hardly change: median of 9 runs. */
async function encodeTime(detector: Detector): Promise<number> {
  const { inputSize: size } = detector.manifest.features;
  const image = float32([1, size, size, 3]);
  await detector.encode(image);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const before = process.cpuUsage();
    await detector.encode(image);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[4]!;
}

function sizesOf({ manifest: { graphs, files, classes } }: Detector): readonly [encoder: number, head: number] {
  const size = (name: string) => files[name]!.bytes / 1e6;
  return [size(graphs.encoder.file), classes.reduce((sum, { file }) => sum + (file ? size(file) : 0), size(graphs.head.file))];
}

async function measure(
  name: string,
  detector: Detector,
  seed: number,
  costs: Omit<Row, "name" | "seed" | "evaluation"> = {},
  classes: "folder" | "predicted" = "folder",
): Promise<void> {
  const { evaluation } = await evaluate(detector, dataset, { cacheDir, classes });
  rows.push({ name, seed, evaluation, ...costs });
  const { avg, high, low } = evaluation.summary;
  const both = (part: typeof avg) => `${(100 * (part.image_auroc ?? NaN)).toFixed(1)}/${(100 * (part.pixel_auroc ?? NaN)).toFixed(1)}`;
  const trained = costs.trainSeconds === undefined ? "" : `trained in ${costs.trainSeconds.toFixed(0)} s`;
  console.error(
    `seed ${seed}  ${name.padEnd(26)} Avg ${both(avg)}  High ${both(high)}  Low ${both(low)}  pooled ${(100 * (evaluation.pooled.image_auroc ?? NaN)).toFixed(1)}  ${trained}`,
  );
}
