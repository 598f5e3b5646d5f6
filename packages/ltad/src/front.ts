import { boolean, check, fields, func, having, listOf, number, oneOf, optional, type Rule, string, whole } from "@ltad/core/check";
import { scanFields } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import type { DataOptions } from "./data-options.js";
import * as classes from "./edit-classes.js";
import { evaluate as measure, type EvaluateOptions, type EvaluationResult } from "./evaluate.js";
import { sweep as runSweep, type SweepOptions, type SweepResult } from "./sweep.js";
import { train as runTraining, type TrainResult } from "./train.js";
import type { TrainOptions } from "./train-options.js";
import { updateClass as update, type UpdateClassOptions, type UpdatedClass } from "./update-class.js";

// What programs call: the functions behind the commands, with their arguments checked first. The commands hand theirs on with more options than these know.

const texts = optional(listOf(string));
const job = { onProgress: optional(func), signal: optional(having("an AbortSignal", "addEventListener", "throwIfAborted")) };
const place = {
  env: optional(having("a record of variables")),
  cacheDir: optional(string),
  maxPixels: optional(whole(1)),
  skipBad: optional(boolean),
};
const order: Rule = (value, path) => (value === "size" ? undefined : listOf(string)(value, path));
const config: Rule = (value, path) =>
  typeof value === "string" ? undefined : having("settings, or the path of a file with them")(value, path);

const settings = {
  ...job,
  ...place,
  ...scanFields,
  out: string,
  protocol: optional(string),
  order: optional(order),
  preset: optional(string),
  config: optional(config),
  set: texts,
  tile: optional(whole(1)),
  include: optional(string),
  from: optional(string),
  budget: optional(number(0)),
  tensorboard: optional(boolean),
  mlflow: optional(string),
  offline: optional(boolean),
  onNote: optional(func),
};

/** A rule for each option of a function, no more and no fewer. */
type RulesOf<Options> = Readonly<Record<keyof Required<Options>, Rule>>;

const trainRule = fields({
  ...settings,
  seed: optional(whole()),
  resume: optional(boolean),
  force: optional(boolean),
  onPlan: optional(func),
} satisfies RulesOf<TrainOptions>);
const sweepRule = fields({
  ...settings,
  seeds: optional(listOf(whole(), 1)),
  grid: texts,
  onRun: optional(func),
} satisfies RulesOf<SweepOptions>);
const evaluateRule = fields({
  ...job,
  ...place,
  ...scanFields,
  classes: optional(oneOf(["folder", "predicted"])),
  report: optional(string),
  onDataset: optional(func),
} satisfies RulesOf<EvaluateOptions>);
const editing = { ...job, ...place, force: optional(boolean), offline: optional(boolean) } satisfies RulesOf<classes.EditClassesOptions>;
type AddClassOptions = classes.EditClassesOptions & DataOptions & Pick<TrainOptions, "include">;
const addRule = fields({ ...editing, ...scanFields, include: optional(string) } satisfies RulesOf<AddClassOptions>);
const updateRule = fields({ ...editing, data: optional(string) } satisfies RulesOf<UpdateClassOptions>);
const detectorRule = having("a detector of openDetector", "manifest", "predict", "encoder");

/**
 * Trains one model on all classes of a data set and writes it as a folder.
 * @param data a data set in any of the known layouts, or a table of images; undefined with the option `good`, or `from`
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options, before anything is read; others for faults in data or on disk; `LTAD_ABORTED` when
 * the signal fires, which leaves a checkpoint in `out`
 */
export async function train(data: string | undefined, options: TrainOptions): Promise<TrainResult> {
  check("train", { data, options }, { data: optional(string), options: trainRule });
  return runTraining(data, options);
}

/**
 * Measures a model on the test images of a data set: AUROC, AP, F1, AUPRO and more, for images and pixels, for each class and as means.
 * @param data a data set with test images, in any of the known layouts; undefined with the option `good`
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options, before anything is read; others that name all bad images and masks, before the first
 * image is encoded, or say that the data set has no class of the model
 */
export async function evaluate(detector: Detector, data: string | undefined, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  check("evaluate", { detector, data, options }, { detector: detectorRule, data: optional(string), options: evaluateRule });
  return measure(detector, data, options);
}

/**
 * Trains and measures every combination of settings and seeds, one after the other, and writes sweep.csv and sweep.json into `out`. A sweep that
 * was stopped continues: runs that are finished are not repeated, and a stopped training continues from its checkpoint.
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options and settings, before the first training; others as {@link train} and {@link evaluate}
 */
export async function sweep(data: string | undefined, options: SweepOptions): Promise<readonly SweepResult[]> {
  check("sweep", { data, options }, { data: optional(string), options: sweepRule });
  return runSweep(data, options);
}

/**
 * Adds the classes of a folder to a trained model in seconds, without training it again. The other classes score as before.
 * @param model folder of the model
 * @param data good images of one product, or a data set in any of the known layouts, whose classes the model does not have yet
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options, and when the model has all of the classes; others when images cannot be used, or
 * when the disk refuses
 */
export async function addClass(model: string, data: string | undefined, options: AddClassOptions = {}): Promise<classes.EditedClasses> {
  check("addClass", { model, data, options }, { model: string, data: optional(string), options: addRule });
  return classes.addClass(model, data, options);
}

/**
 * Takes classes out of a trained model. The others score as before.
 * @param model folder of the model
 * @param names of the classes, at least one
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options, for a class that the model does not have, and when no class would be left
 */
export async function removeClass(
  model: string,
  names: readonly string[],
  options: classes.EditClassesOptions = {},
): Promise<classes.EditedClasses> {
  check("removeClass", { model, names, options }, { model: string, names: listOf(string, 1), options: fields(editing) });
  return classes.removeClass(model, names, options);
}

/**
 * Teaches a class of a trained model with more good images: new ones, or images that the model has taken for defective by mistake. The class is
 * fitted again to its old images and the new ones; the other classes score as before.
 * @param model folder of the model
 * @param images image files, and folders of good images; at least one
 * @throws LtadError `LTAD_CONFIG` for unknown or wrong options; others when the training images of the class cannot be found, when all images are
 * known, or when images cannot be used
 */
export async function updateClass(
  model: string,
  name: string,
  images: readonly string[],
  options: UpdateClassOptions = {},
): Promise<UpdatedClass> {
  const rules = { model: string, name: string, images: listOf(string, 1), options: updateRule };
  check("updateClass", { model, name, images, options }, rules);
  return update(model, name, images, options);
}
