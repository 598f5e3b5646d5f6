import { join } from "node:path";
import { flatten, isNdArray, type JobOptions, type NdArray, stopwatch, writeFileAtomic } from "@ltad/core";
import { writeSplit } from "@ltad/data";
import { storeCheck, writeBundle } from "@ltad/detector";
import { checkImageSize, loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { featuresId } from "@ltad/feature-store";
import { type ClassStatistics, encoderGraph, featureSpec, fitMoments, fitWhitening, statisticsTree } from "@ltad/features";
import { bundleParts } from "./bundle/bundle-parts.js";
import { calibrate } from "./bundle/calibrate.js";
import { fitDisplayRange } from "./bundle/fit-display-range.js";
import { headConfig } from "./head/head-config.js";
import { headGraph } from "./head/head-graph.js";
import { augmentPhase } from "./phase1/augment-phase.js";
import { prototypesOf } from "./phase1/prototypes.js";
import { synthesise } from "./phase1/synthesise.js";
import { detectPhase } from "./phase2/detect-phase.js";
import { openCheckpoint } from "./run/checkpoint.js";
import { completePhase } from "./run/complete-phase.js";
import type { Training } from "./run/training.js";
import { encodeSet, type TrainingSet } from "./run/training-set.js";
import type { Encoders, TrainOptions } from "./train-options.js";
import type { TrainResult, TrainTiming } from "./train-result.js";

/**
 * Trains one model over all classes: features, statistics, phase 1, phase 2, calibration, bundle.
 * @throws LtadError for data, config or disk faults; `LTAD_ABORTED` with a checkpoint in `out` when the signal fires
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { config, seed, out, split } = options;
  const job: JobOptions = { onProgress: options.onProgress, signal: options.signal };
  const clock = stopwatch<keyof TrainTiming>("s");
  const { image: encoder, text } = options.encoders ?? (await loadEncoders(options));
  const spec = featureSpec(encoder, config.features);
  const graph = encoderGraph(encoder, spec, config.encoder.precision);
  clock.lap("weights");

  const set = await encodeSet(split, { graph, spec }, options);
  const training: Training = { set, spec, config, text, seed };
  clock.lap("encode");
  const checkpoint = await openCheckpoint(join(out, "checkpoint"), settingsOf(options, featuresId(graph, spec)), options.resume ?? false);
  const { minImagesForPositions, by, ridge } = config.whitening;
  const moments = await fitMoments(set, spec, { ...job, minImagesForPositions });
  clock.lap("statistics");

  const { history: phase1, params: learned } = await completePhase(await augmentPhase(training, moments), seed, checkpoint, job);
  clock.lap("phase1");

  const whitening = by === "none" ? [] : await fitWhitening(set, moments, spec, { ...job, groups: config.groups, ridge });
  const statistics: ClassStatistics = { ...moments, whitening };
  clock.lap("whitening");

  const prototypes = await prototypesOf(training, learned.names);
  const mixing = await synthesise(training, learned, moments, job);
  const head = headConfig(config, spec, text.size);
  const second = await detectPhase(training, { statistics, prototypes, head, mixing });
  const { history: phase2, params: detector } = await completePhase(second, seed, checkpoint, job);
  clock.lap("phase2");

  const trained = { tables: statisticsTree(statistics), pi: detector.pi, phi: detector.phi, prototypes };
  const calibration = await calibrate(set, trained, head, job);
  clock.lap("calibrate");

  const scoring = headGraph({ ...trained, calibration }, head);
  const display = await fitDisplayRange(set, scoring);
  const weights = flatten<NdArray>({ ...trained, calibration, names: learned.names, vae: learned.vae }, isNdArray);
  await writeBundle(out, bundleParts({ options, encoder, spec, graph, head: scoring, weights, display, counts: set.counts }));
  await storeCheck(out);
  clock.lap("write");
  const history = { phase1, phase2, timing: clock.parts };
  await writeSplit(join(out, "train-images.txt"), split);
  await writeFileAtomic(join(out, "history.json"), `${JSON.stringify(history)}\n`);
  await checkpoint.clear();
  return { folder: out, history, timing: clock.parts, warnings: scarceClassWarnings(set, moments.fewImages) };
}

async function loadEncoders(options: TrainOptions): Promise<Encoders> {
  const { encoder, features } = options.config;
  const image = await loadImageEncoder(encoder.image, options);
  await checkImageSize(image, features.inputSize);
  return { image, text: await loadTextEncoder(encoder.text, options) };
}

/** What must be the same when a training continues. */
function settingsOf({ split, seed, config }: TrainOptions, encoderId: string) {
  const images = split.classes.map(({ name, train }) => ({ name, images: train.map(({ id }) => id) }));
  return { images, protocol: split.protocol, seed, config, encoderId };
}

function scarceClassWarnings({ classes, counts }: TrainingSet, scarceClasses: readonly number[]): string[] {
  return scarceClasses.map(
    (label) =>
      `${classes[label]}: ${counts[label]} training ${counts[label] === 1 ? "image is" : "images are"} too few for a mean at each position; one mean is used for all positions.`,
  );
}
