import { join } from "node:path";
import { type JobOptions, stopwatch } from "@ltad/core";
import { type Split, type Turn, writeSplit } from "@ltad/data";
import { storeCheck, writeBundle } from "@ltad/detector";
import { fitStatistics, sumUp } from "@ltad/features";
import { bundleParts } from "./bundle/bundle-parts.js";
import { calibrate } from "./bundle/calibrate.js";
import { named, withoutAxes } from "./classes/trained-model.js";
import { withTurnedCopies } from "./copies/turned-copies.js";
import { headConfig } from "./head/head-config.js";
import { headGraph, type TrainedHead } from "./head/head-graph.js";
import { learnNames } from "./phase1/learn-names.js";
import { learnToDetect } from "./phase2/learn-to-detect.js";
import { fingerprintOf, hasCheckpoint, openCheckpoint } from "./run/checkpoint.js";
import { stepsWithin, withSteps } from "./config/fit-steps.js";
import type { PhaseJob } from "./run/complete-phase.js";
import { checkEncoded, sampleSet } from "./run/encoded-split.js";
import { markFinished, readFinished, refuseOtherModel } from "./run/finished-training.js";
import { checkNeeds, imageBytes, needsOf } from "./run/needs.js";
import { prepareEncoding, textEncoderOf } from "./run/prepare-encoding.js";
import { removeParts, removeWhole } from "./run/remove-whole.js";
import { withRanges } from "./run/with-ranges.js";
import type { Training } from "./run/training.js";
import { trainedClassesOf, writeTrainingFiles } from "./run/training-files.js";
import { encodeSet } from "./run/training-set.js";
import type { TrainOptions } from "./train-options.js";
import type { TrainResult, TrainTiming } from "./train-result.js";

/**
 * Trains one model over all classes: features, statistics, phase 1, phase 2, calibration, bundle.
 * @throws LtadError for data, config or disk faults; `LTAD_ABORTED` with a checkpoint in `out` when the signal fires
 */
export async function train(given: TrainOptions): Promise<TrainResult> {
  const job: JobOptions = { onProgress: given.onProgress, signal: given.signal };
  const options = { ...given, split: given.encoded ? given.split : await withRanges(given.split, given) };
  const { seed, out, split } = options;
  const clock = stopwatch<keyof TrainTiming>("s");
  const { encoder, config: planned, spec, graph, featuresId: encoderId } = await prepareEncoding(split, options);
  const text = await textEncoderOf(options);
  if (options.encoded) checkEncoded(options.encoded, encoderId);
  clock.lap("weights");
  const fingerprint = fingerprintOf(settingsOf(options, encoderId));
  const place = join(out, "checkpoint");
  const finished = options.resume ? await readFinished(out, fingerprint) : null;
  if (finished) {
    await cleanUp(out);
    return { ...finished, folder: out, config: withSteps(planned, finished.history), warnings: scarceClassWarnings(split) };
  }
  if (options.resume && !options.force && !hasCheckpoint(place)) refuseOtherModel(out);
  if (!options.encoded)
    await checkNeeds(needsOf(split, { config: planned, spec, graph: graph.byteLength }), {
      ...options,
      encoderId,
      image: imageBytes(spec),
    });

  const images = options.encoded ? sampleSet(split, options.encoded) : await encodeSet(split, { graph, spec }, options);
  clock.lap("encode");
  const { whitening, copies } = planned;
  const ownSums = options.encoded?.classes.map((own) => own.sums) ?? (await sumUp(images, spec, job));
  const small = { ...options, encoder: { graph, spec }, statistics: whitening, upTo: copies.upTo };
  const { set, sums, chosen } = await withTurnedCopies(images, ownSums, split, small);
  clock.lap("copies");
  const checkpoint = await openCheckpoint(place, fingerprint, options.resume ?? false);
  const statistics = await fitStatistics(set, sums, spec, { ...job, ...whitening });
  clock.lap("statistics");

  const training: Training = { set, spec, config: planned, seed, statistics };
  const phases: PhaseJob = { ...job, stepsOf: stepsWithin(options, planned, { folder: place, clock }) };
  const names = text && (await learnNames({ ...training, text }, checkpoint, phases));
  clock.lap("phase1");
  const head = headConfig(planned, spec, text?.size ?? 0);
  const { params: detector, history: phase2 } = await learnToDetect(training, { head, ...names }, checkpoint, phases);
  clock.lap("phase2");

  const trained: TrainedHead = { tables: { ...statistics }, ...detector, ...(names && { prototypes: names.prototypes }) };
  const { calibration, good } = await calibrate(set, sums, trained, { ...job, head, statistics: whitening });
  clock.lap("calibrate");
  const config = withSteps(planned, { phase1: names?.history ?? [], phase2 });
  const scoring = headGraph({ ...trained, calibration }, head);
  const weights = withoutAxes(named({ ...trained, calibration, ...names?.learned }));
  await writeBundle(out, bundleParts({ options: { ...options, config }, encoder, spec, graph, head: scoring, weights, good }));
  await storeCheck(out);
  clock.lap("write");
  await writeSplit(join(out, "train-images.txt"), split);
  await writeTrainingFiles(out, trainedClassesOf(split));
  await options.onModel?.(config);
  const history = { phase1: names?.history ?? [], phase2, timing: clock.parts };
  const warnings = scarceClassWarnings(split);
  const result = { folder: out, config, history, timing: clock.parts, copies: copiesOf(split, chosen), warnings };
  await markFinished(out, fingerprint, result);
  await cleanUp(out);
  return result;
}

/** Removes the checkpoint, and what processes that were killed left half written. */
async function cleanUp(out: string): Promise<void> {
  await removeWhole(join(out, "checkpoint"));
  await removeParts(out);
}

/** What must be the same when a training continues. */
function settingsOf({ split, seed, config, budget }: TrainOptions, encoderId: string) {
  const images = split.classes.map(({ name, train }) => ({ name, images: train.map(({ id }) => id) }));
  return { images, protocol: split.protocol, seed, config, encoderId, ...(budget !== undefined && { budget }) };
}

const scarce = 4; // images

function scarceClassWarnings({ classes }: Split): string[] {
  return classes
    .filter(({ train }) => train.length < scarce)
    .map(
      ({ name, train }) =>
        `${name}: only ${train.length} training ${train.length === 1 ? "image" : "images"}. Add more good images of this class if you can.`,
    );
}

/** The turns that joined each class, by name. */
function copiesOf({ classes }: Split, chosen: readonly (readonly Turn[])[]): Record<string, readonly Turn[]> {
  return Object.fromEntries(classes.flatMap(({ name }, label) => (chosen[label]!.length > 0 ? [[name, chosen[label]!]] : [])));
}
