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

/** {@link runTraining}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
export async function train(data: string | undefined, options: TrainOptions): Promise<TrainResult> {
  check("train", { data, options }, { data: optional(string), options: trainRule });
  return runTraining(data, options);
}

/** {@link measure}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
export async function evaluate(detector: Detector, data: string | undefined, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  check("evaluate", { detector, data, options }, { detector: detectorRule, data: optional(string), options: evaluateRule });
  return measure(detector, data, options);
}

/** {@link runSweep}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
export async function sweep(data: string | undefined, options: SweepOptions): Promise<readonly SweepResult[]> {
  check("sweep", { data, options }, { data: optional(string), options: sweepRule });
  return runSweep(data, options);
}

/** {@link classes.addClass}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
export async function addClass(model: string, data: string | undefined, options: AddClassOptions = {}): Promise<classes.EditedClasses> {
  check("addClass", { model, data, options }, { model: string, data: optional(string), options: addRule });
  return classes.addClass(model, data, options);
}

/** {@link classes.removeClass}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
export async function removeClass(
  model: string,
  names: readonly string[],
  options: classes.EditClassesOptions = {},
): Promise<classes.EditedClasses> {
  check("removeClass", { model, names, options }, { model: string, names: listOf(string, 1), options: fields(editing) });
  return classes.removeClass(model, names, options);
}

/** {@link update}. @throws LtadError `LTAD_CONFIG` for options that are unknown or wrong, before anything is read */
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
