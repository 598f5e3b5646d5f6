import { LtadError } from "@ltad/core/browser";
import { bundleError } from "./bundle-error.js";
import type { Scores } from "./graphs-of.js";

/**
 * Checks the output of the head for one image. Comparing a NaN with a threshold is always false, so a broken model would judge every image good.
 * @throws LtadError `LTAD_NOT_FINITE` for a score or a map that is not a number, `LTAD_BUNDLE` for a class that the bundle does not have
 */
export function checkScores(scores: Scores, classes: number): Scores {
  const {
    score,
    map,
    classes: [label = -1],
  } = scores;
  const faulty = Number.isFinite(score[0]) ? map.find((value) => !Number.isFinite(value)) : score[0];
  if (faulty !== undefined) {
    const message = `The model returned ${faulty} instead of a number. Do not use its results; copy the bundle again, or train again.`;
    throw new LtadError("LTAD_NOT_FINITE", message, { details: { result: String(faulty) } });
  }
  if (label < 0 || label >= classes) throw bundleError("head", `returned the class ${label} of ${classes}. Write the bundle again.`);
  return scores;
}
