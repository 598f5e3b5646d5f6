import { flatten, isNdArray, type JobOptions, type NdArray, type Tree, writeFileAtomic } from "@ltad/core";
import { type Split, writeSplit } from "@ltad/data";
import { storeCheck, writeBundle } from "@ltad/detector";
import { headGraph } from "./head/head-graph.js";
import { type AnyImageEncoder, checkImageSize, type LoadOptions, loadImageEncoder, loadTextEncoder, type TextEncoder } from "@ltad/encoder";
import {
  type ClassStatistics,
  encoderGraph,
  type FeatureSpec,
  featureSpec,
  fitMoments,
  fitWhitening,
  statisticsTree,
} from "@ltad/features";
import { featuresId } from "@ltad/feature-store";
import { join } from "node:path";
import { type AugmentParams, augmentPhase, vaeConfig } from "./phase1/augment-phase.js";
import { bundleParts } from "./bundle/bundle-parts.js";
import { calibrate } from "./bundle/calibrate.js";
import { type Checkpoint, openCheckpoint } from "./run/checkpoint.js";
import { prototypesOf } from "./phase1/class-names.js";
import type { TrainConfig } from "./config/config-schema.js";
import { detectPhase } from "./phase2/detect-phase.js";
import { displayRange } from "./bundle/display-range.js";
import { encodeFiles } from "@ltad/feature-store";
import { headConfig } from "./head/head-config.js";
import { type HistoryRow, type Phase, runPhase } from "./run/run-phase.js";
import { stopwatch } from "./run/stopwatch.js";
import { openSynthesiser } from "./phase1/synthesiser.js";
import { type Mixing, synthesiseImages } from "./phase1/synthetic-images.js";
import { inMemory, type TrainingSet } from "./run/training-set.js";

export interface TrainOptions extends JobOptions, Pick<LoadOptions, "hubEndpoint" | "hubToken" | "hubCache"> {
  /** The training images; the order of its classes is the order of the class index. */
  readonly split: Split;
  /** Seeds weights, order and noise. */
  readonly seed: number;
  readonly config: TrainConfig;
  /** Folder of the bundle; a checkpoint lies in it while training. */
  readonly out: string;
  /** Folder of encoder weights and features. */
  readonly cacheDir: string;
  /** Never fetch weights. */
  readonly offline?: boolean;
  /** Frozen encoders in place of those that `config.encoder` names. */
  readonly encoders?: Encoders;
  /** Go on from a checkpoint in `out`. */
  readonly resume?: boolean;
}

/** The frozen halves of LTAD. */
export interface Encoders {
  readonly image: AnyImageEncoder;
  readonly text: TextEncoder;
}

/** Seconds of each part. */
export type TrainTiming = Readonly<
  Record<"weights" | "encode" | "statistics" | "phase1" | "whitening" | "phase2" | "calibrate" | "write", number>
>;

export interface TrainResult {
  readonly folder: string;
  readonly history: { readonly phase1: readonly HistoryRow[]; readonly phase2: readonly HistoryRow[]; readonly timing: TrainTiming };
  readonly timing: TrainTiming;
  /** Things a person should know: classes with very few images. */
  readonly warnings: readonly string[];
}

const featureMemory = 768 * 1024 * 1024; // bytes of features kept in memory; the rest is read from the cache

/**
 * Trains one model over all classes: features, statistics, phase 1, phase 2, calibration, bundle.
 * @throws LtadError for data, config or disk faults; `LTAD_ABORTED` with a checkpoint in `out` when the signal fires
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { config, seed, out } = options;
  const clock = stopwatch<keyof TrainTiming>();
  const { image: encoder, text } = options.encoders ?? (await loadEncoders(options));
  const spec = featureSpec(encoder, config.features);
  const graph = encoderGraph(encoder, spec, config.encoder.precision);
  clock.lap("weights");

  const set = await encodeSet(options, graph, spec);
  clock.lap("encode");
  const job: JobOptions = { onProgress: options.onProgress, signal: options.signal };
  const checkpoint = await openCheckpoint(join(out, "checkpoint"), settingsOf(options, featuresId(graph, spec)), options.resume ?? false);
  const images = set.labels.map((label, index) => ({ index, label }));
  const { minImagesForPositions, by, ridge } = config.whitening;
  const moments = await fitMoments(set.store, images, set.classes.length, spec, { ...job, minImagesForPositions });
  clock.lap("statistics");

  const first = await augmentPhase(set, moments, spec, config, text, seed);
  const { history: phase1, params: learned } = await finish(first, seed, checkpoint, job);
  clock.lap("phase1");

  const whitening = by === "none" ? [] : await fitWhitening(set.store, images, moments, spec, { ...job, groups: config.groups, ridge });
  const statistics: ClassStatistics = { ...moments, whitening };
  clock.lap("whitening");

  const prototypes = await prototypesOf(learned.names, text, config.names, seed);
  const mixing = await mixingOf(learned, set, statistics, spec, text, options);
  const head = headConfig(config, spec, text.size);
  const second = await detectPhase({ set, statistics, prototypes, spec, config, head, mixing, seed });
  const { history: phase2, params: detector } = await finish(second, seed, checkpoint, job);
  clock.lap("phase2");

  const untilNow = { tables: statisticsTree(statistics), pi: detector.pi, phi: detector.phi, prototypes };
  const calibration = await calibrate(set, untilNow, spec, head, job);
  clock.lap("calibrate");

  const scoring = headGraph({ ...untilNow, calibration }, spec, head);
  const display = await displayRange(set, scoring, spec);
  const weights = flatten<NdArray>({ ...untilNow, calibration, names: learned.names, vae: learned.vae }, isNdArray);
  await writeBundle(out, bundleParts({ options, encoder, spec, graph, head: scoring, weights, display, counts: set.counts }));
  await storeCheck(out);
  clock.lap("write");
  const history = { phase1, phase2, timing: clock.seconds };
  await writeSplit(join(out, "train-images.txt"), options.split);
  await writeFileAtomic(join(out, "history.json"), `${JSON.stringify(history)}\n`);
  await checkpoint.clear();
  return { folder: out, history, timing: clock.seconds, warnings: fewImageWarnings(set, moments.fewImages) };
}

async function loadEncoders(options: TrainOptions): Promise<Encoders> {
  const { encoder, features } = options.config;
  const image = await loadImageEncoder(encoder.image, options);
  await checkImageSize(image, features.inputSize);
  return { image, text: await loadTextEncoder(encoder.text, options) };
}

async function encodeSet(options: TrainOptions, graph: Uint8Array, spec: FeatureSpec): Promise<TrainingSet> {
  const { classes } = options.split;
  const store = await encodeFiles(
    classes.flatMap(({ train }) => train.map(({ file }) => file)),
    graph,
    spec,
    options,
  );
  return inMemory(
    {
      classes: classes.map(({ name }) => name),
      counts: classes.map(({ train }) => train.length),
      labels: classes.flatMap(({ train }, label) => train.map(() => label)),
      store,
    },
    featureMemory,
  );
}

async function mixingOf(
  learned: AugmentParams,
  set: TrainingSet,
  statistics: ClassStatistics,
  spec: FeatureSpec,
  text: TextEncoder,
  options: TrainOptions,
): Promise<Mixing | undefined> {
  const { config, seed } = options;
  if (!config.mixing.enabled) return undefined;
  const synthesiser = await openSynthesiser(learned, statistics, spec, vaeConfig(config, spec, text.size), text);
  try {
    return await synthesiseImages(set, synthesiser, config, seed, options);
  } finally {
    await synthesiser.dispose();
  }
}

/** Runs a phase to its end, gives back what it learned and lets go of its session. */
async function finish<P extends Tree<NdArray>>(phase: Phase<P>, seed: number, checkpoint: Checkpoint, job: JobOptions) {
  try {
    const history = await runPhase(phase, seed, checkpoint, job);
    if (history.length > 0) await checkpoint.save(phase.name, { state: phase.program.state(), history });
    return { history, params: phase.program.params() };
  } finally {
    await phase.program.dispose();
  }
}

/** What must be the same when a training goes on. */
function settingsOf({ split, seed, config }: TrainOptions, encoderId: string) {
  const images = split.classes.map(({ name, train }) => ({ name, images: train.map(({ id }) => id) }));
  return { images, protocol: split.protocol, seed, config, encoderId };
}

function fewImageWarnings({ classes, counts }: TrainingSet, few: readonly number[]): string[] {
  return few.map(
    (label) =>
      `${classes[label]}: ${counts[label]} training ${counts[label] === 1 ? "image is" : "images are"} too few for a mean at each position; one mean serves the whole image.`,
  );
}
