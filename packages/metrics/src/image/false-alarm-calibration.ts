import { LtadError } from "@ltad/core/browser";
import { check, listOf, number, numbers } from "@ltad/core/check";
import type { Measure } from "../ranking/measure.js";
import { undefinedMetric } from "../ranking/undefined-metric.js";

/** A stated false-alarm rate, and the rate observed on the test images. */
export interface StatedRate {
  /** 0..1 */
  readonly stated: number;
  /** An alarm is a score *above* this. It is null when there are too few calibration images for a rate this small. */
  readonly threshold: number | null;
  /** Share of the good test images that raise an alarm. */
  readonly observed: Measure;
  /** How many good test images there are. */
  readonly images: number;
}

/** How far stated false-alarm rates are from the observed ones. */
export interface FalseAlarmCalibration {
  readonly rates: readonly StatedRate[];
  /** How many good images the thresholds come from. */
  readonly calibrationImages: number;
  /** The mean of |observed - stated| over the rates that can be stated, 0..1. */
  readonly error: Measure;
}

/**
 * Checks how well stated false-alarm rates hold on a test. The threshold for a rate a is the k-th highest of n good calibration scores, with
 * k = floor(a (n + 1)), so that an exchangeable good image raises an alarm with probability at most a (split conformal p-values).
 * A rate below 1 / (n + 1) cannot be stated.
 * @param calibration [n] scores of good images that neither trained the model nor test it
 * @param test [m] scores of other good images
 * @param rates each above 0 and below 1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without good images in the test, `LTAD_DATA` for a score that is not finite, `LTAD_CONFIG` for a rate out of range
 * @see Vovk, Gammerman & Shafer 2005; Bates et al. 2023, Testing for outliers with conformal p-values
 */
export function falseAlarmCalibration(
  calibration: ArrayLike<number>,
  test: ArrayLike<number>,
  rates: readonly number[],
): FalseAlarmCalibration {
  const wanted = { calibration: numbers, test: numbers, rates: listOf(number()) };
  check("falseAlarmCalibration", { calibration, test, rates }, wanted);
  const [known, fresh] = [finite(calibration, "calibration").sort(), finite(test, "test")];
  if (fresh.length === 0) throw undefinedMetric("calibration", "there are no good images in the test", "it needs at least one");
  const found = rates.map((stated): StatedRate => {
    if (!(stated > 0 && stated < 1)) throw new LtadError("LTAD_CONFIG", `rates: expected numbers above 0 and below 1, received ${stated}.`);
    const k = Math.floor(stated * (known.length + 1) + 1e-9);
    if (k === 0) {
      const reason = `a rate of ${stated} needs ${Math.ceil(1 / stated) - 1} calibration images, but there are only ${known.length}`;
      return { stated, threshold: null, observed: { value: null, reason }, images: fresh.length };
    }
    const threshold = known[known.length - k]!;
    const alarms = fresh.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0);
    return { stated, threshold, observed: { value: alarms / fresh.length }, images: fresh.length };
  });
  return { rates: found, calibrationImages: known.length, error: meanError(found) };
}

function meanError(rates: readonly StatedRate[]): Measure {
  const errors = rates.flatMap(({ stated, observed }) => (observed.value === null ? [] : [Math.abs(observed.value - stated)]));
  if (errors.length === 0) return { value: null, reason: "no rate could be stated" };
  const value = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return errors.length === rates.length ? { value } : { value, reason: `over ${errors.length} of ${rates.length} rates` };
}

function finite(scores: ArrayLike<number>, what: string): Float64Array {
  const values = Float64Array.from(scores);
  const bad = values.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return values;
  throw new LtadError("LTAD_DATA", `${what} image ${bad}: its score is ${values[bad]}; scores must be finite numbers.`, {
    details: { image: bad },
  });
}
