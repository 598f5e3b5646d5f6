import { join } from "node:path";
import { stopwatch } from "@ltad/core";
import { type Split, type Turn, writeSplit } from "@ltad/data";
import { storeCheck, writeBundle } from "@ltad/detector";
import { bundleParts } from "./bundle/bundle-parts.js";
import { withSteps } from "./config/fit-steps.js";
import { hasCheckpoint } from "./run/checkpoint.js";
import { type ClosedForm, fitClosedForm } from "./run/closed-form.js";
import { sampleSet } from "./run/encoded-split.js";
import { markFinished, readFinished, refuseOtherModel } from "./run/finished-training.js";
import { type LearnedModel, learnModel } from "./run/learn-model.js";
import { checkNeeds, imageBytes, needsOf } from "./run/needs.js";
import { type Clock, cleanUp, openRun, type Run } from "./run/open-run.js";
import { trainedClassesOf, writeTrainingFiles } from "./run/training-files.js";
import { encodeSet } from "./run/training-set.js";
import { withRanges } from "./run/with-ranges.js";
import type { TrainOptions } from "./train-options.js";
import type { TrainResult, TrainTiming } from "./train-result.js";

/**
 * Trains one model for all classes and writes it as a bundle: features, statistics, phase 1, phase 2 and calibration.
 * @throws LtadError for faults of data, config or disk; `LTAD_ABORTED` when the signal fires, with a checkpoint in `out` from which `resume` continues
 */
export async function train(given: TrainOptions): Promise<TrainResult> {
  const options = { ...given, split: given.encoded ? given.split : await withRanges(given.split, given) };
  const { out, split } = options;
  const clock = stopwatch<keyof TrainTiming>("s");
  const run = await openRun(options, clock);
  const before = await finishedBefore(run, options);
  if (before) return before;
  const images = await encodeImages(run, options, clock);
  const model = await learnModel(run, images, options, clock);
  const config = withSteps(run.config, model.history);
  await writeModel(run, model, { ...options, config });
  clock.lap("write");
  await writeSplit(join(out, "train-images.txt"), split);
  await writeTrainingFiles(out, trainedClassesOf(split));
  await options.onModel?.(config);
  const [timing, copies, warnings] = [clock.parts, copiesOf(split, images.chosen), scarceClassWarnings(split)];
  const result = { folder: out, config, history: { ...model.history, timing }, timing, copies, warnings };
  await markFinished(out, run.fingerprint, result);
  await cleanUp(out);
  return result;
}

/**
 * With `resume`, the result of the same training if it has already finished here.
 * @throws LtadError `LTAD_CONFIG` when `out` has the model of another training and nothing to continue from
 */
async function finishedBefore({ config, checkpoint, fingerprint }: Run, options: TrainOptions): Promise<TrainResult | null> {
  const { out, split, resume = false, force = false } = options;
  const finished = resume ? await readFinished(out, fingerprint) : null;
  if (finished) {
    await cleanUp(out);
    return { ...finished, folder: out, config: withSteps(config, finished.history), warnings: scarceClassWarnings(split) };
  }
  if (resume && !force && !hasCheckpoint(checkpoint)) refuseOtherModel(out);
  return null;
}

/** Encodes all images, or takes those that other machines have encoded, and fits what follows from them in closed form. */
async function encodeImages(run: Run, options: TrainOptions, clock: Clock): Promise<ClosedForm> {
  const { config, spec, graph, featuresId, judged } = run;
  const { split, encoded } = options;
  const needs = needsOf(split, { config, spec, graph: graph.byteLength });
  if (!encoded) await checkNeeds(needs, { ...options, encoderId: featuresId, image: imageBytes(spec) });
  const images = encoded ? sampleSet(split, encoded) : await encodeSet(split, { graph, spec }, { ...options, judged });
  clock.lap("encode");
  return fitClosedForm(run, images, options, clock);
}

/** Writes the bundle, and its output for a test input. */
async function writeModel(run: Run, model: LearnedModel, options: TrainOptions): Promise<void> {
  await writeBundle(options.out, bundleParts({ ...run, ...model, options }));
  await storeCheck(options.out);
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

/** The turns whose copies were added to each class, by the name of the class. */
function copiesOf({ classes }: Split, chosen: readonly (readonly Turn[])[]): Record<string, readonly Turn[]> {
  return Object.fromEntries(classes.flatMap(({ name }, label) => (chosen[label]!.length > 0 ? [[name, chosen[label]!]] : [])));
}
