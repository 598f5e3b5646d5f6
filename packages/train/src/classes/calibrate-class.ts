import { type FloatArray, float32, type NdArrays } from "@ltad/core";
import type { ClassSums } from "@ltad/features";
import { commonSpread, momentsOf, scaleOf } from "../bundle/calibrate.js";
import { type GoodImage, goodScores } from "../bundle/good-scores.js";
import { heldOutImages, type HeldOutOptions } from "../bundle/held-out.js";
import { usualScores } from "../bundle/usual-scores.js";
import type { TrainedHead } from "../head/head-graph.js";
import type { TrainingSet } from "../run/training-set.js";
import type { TrainedModel } from "./trained-model.js";

/** A class on the scale of the others. */
export interface CalibratedClass {
  /** Arrays [1] under their names in weights.safetensors. */
  readonly rows: NdArrays;
  /** Its good images, each scored with statistics that were fitted without it. */
  readonly good: readonly GoodImage[];
}

/** A class whose statistics have been fitted. */
export interface Fitting {
  /** Images of this class alone. */
  readonly set: TrainingSet;
  readonly sums: readonly ClassSums[];
  /** With its statistics. */
  readonly trained: TrainedHead;
  /** [1, N] the places of the class that are judged */
  readonly judged: FloatArray;
}

/**
 * Calibrates one class as `calibrate` does, with the spread that the classes of the model have in common, so that the others keep their scale.
 */
export async function calibrateClass(
  { manifest, arrays }: TrainedModel,
  { set, sums, trained, judged }: Fitting,
  options: HeldOutOptions,
): Promise<CalibratedClass> {
  const images = (await heldOutImages(set, sums, trained, options)).map((image) => ({ ...image, label: 0 }));
  const usual = { ...usualScores(images, 1, judged), judged };
  const one = float32([1], [1]);
  const raw = await goodScores(images, { ...usual, typical: one, power: one }, options.head);
  const common = commonSpread(manifest.decision!.classes, arrays["calibration.power"]!.data);
  const { typical, power } = scaleOf(momentsOf(raw.map(({ score }) => Math.log(score))), common);
  const calibration = { ...usual, typical: float32([1], [typical]), power: float32([1], [power]) };
  return {
    rows: Object.fromEntries(Object.entries(calibration).map(([name, row]) => [`calibration.${name}`, row])),
    good: await goodScores(images, calibration, options.head),
  };
}
