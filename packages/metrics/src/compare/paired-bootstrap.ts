import { check, func } from "@ltad/core/check";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";
import { type BootstrapOptions, bootstrapRule, type Interval, percentiles, repeatsOf } from "../tail/bootstrap.js";
import { type PairedScores, sidesOf } from "./paired.js";

/** The difference of a metric between two models on the same images. */
export interface PairedBootstrap {
  /** The metric of B minus that of A, on the images themselves. */
  readonly difference: number;
  /** Percentile interval of the difference. */
  readonly interval: Interval;
  /** Two-sided: twice the share of samples on the other side of zero, where zeros count one half; from 1 / repeats to 1. */
  readonly pValue: number;
}

/**
 * Paired bootstrap of the difference between two models. Each sample draws the same images for both, so an image that is hard for both adds
 * no difference; good and defective images are drawn separately.
 * @param metric such as {@link auroc} or {@link averagePrecision}
 * @throws LtadError what the metric throws, `LTAD_SHAPE` when the lengths differ, `LTAD_CONFIG` for too few repeats
 */
export function pairedBootstrap(paired: PairedScores, metric: (ranking: Ranking) => number, options: BootstrapOptions): PairedBootstrap {
  check("pairedBootstrap", { metric, options }, { metric: func, options: bootstrapRule });
  const { good, defective } = sidesOf(paired);
  const labels = [...good.map(() => false), ...defective.map(() => true)];
  const differenceOf = (places: readonly number[]) => {
    const value = (scores: ArrayLike<number>) =>
      metric(
        rank(
          places.map((i) => scores[i]!),
          labels,
          places.map((i) => paired.names?.[i] ?? `image ${i}`),
        ),
      );
    return value(paired.b) - value(paired.a);
  };
  const difference = differenceOf([...good, ...defective]);
  const draw = (places: readonly number[]) => places.map(() => places[options.rng.integer(places.length)]!);
  const samples = Array.from({ length: repeatsOf(options) }, () => differenceOf([...draw(good), ...draw(defective)]));
  const share = (holds: (d: number) => boolean) => samples.filter(holds).length / samples.length;
  const half = share((d) => d === 0) / 2;
  const pValue = Math.min(1, Math.max(1 / samples.length, 2 * Math.min(share((d) => d < 0) + half, share((d) => d > 0) + half)));
  return { difference, interval: percentiles(samples, options), pValue };
}
