import { check } from "@ltad/core/check";
import { needRegions, positiveShare, type Ranking } from "../ranking/ranking.js";

/**
 * Per-region overlap (PRO) against the false positive rate, from the highest threshold to the lowest. The first point is (0, 0) at Infinity, and the
 * last is (1, 1). Points in the middle of a horizontal line are omitted.
 */
export interface ProCurve {
  readonly thresholds: Float64Array;
  /** The share of good pixels at or above the threshold, including those of good images; 0..1. */
  readonly fpr: Float64Array;
  /** The mean over all regions of the share of the region at or above the threshold; 0..1. */
  readonly pro: Float64Array;
}

/**
 * The curve whose area is AUPRO.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without a region or without a good pixel
 * @see Bergmann et al. 2021 (IJCV), section 5
 */
export function proCurve(ranking: Ranking): ProCurve {
  needRegions(ranking, "PRO curve");
  const [thresholds, fpr, pro] = [[Infinity], [0], [0]];
  ranking.walk((threshold, _, fp, overlap) => {
    thresholds.push(threshold);
    fpr.push(fp / ranking.negatives);
    pro.push(Math.min(1, overlap / ranking.regions));
  });
  return { thresholds: Float64Array.from(thresholds), fpr: Float64Array.from(fpr), pro: Float64Array.from(pro) };
}

/**
 * AUPRO@limit: the area under PRO(FPR) from 0 to the limit, divided by the limit. It is made of trapezoids over all distinct scores, and PRO at the
 * limit is interpolated linearly.
 * @param limit 0 < limit <= 1. It belongs to the name of the metric: 0.3, 0.05 and 0.01 are common and give very different numbers
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without a region or without a good pixel, `LTAD_CONFIG` for a limit outside its range
 * @see Bergmann et al. 2021 (IJCV), section 5
 */
export function aupro(ranking: Ranking, limit: number): number {
  check("aupro", { limit }, { limit: positiveShare });
  needRegions(ranking, `AUPRO@${limit}`);
  let area = 0;
  let x = 0;
  let y = 0;
  ranking.walk((_, __, fp, overlap) => {
    const nextX = fp / ranking.negatives;
    const nextY = Math.min(1, overlap / ranking.regions);
    if (nextX <= limit) area += ((nextX - x) * (y + nextY)) / 2;
    else if (x < limit) {
      const share = (limit - x) / (nextX - x);
      area += ((limit - x) * (y + y + (nextY - y) * share)) / 2;
    }
    x = nextX;
    y = nextY;
  });
  return area / limit;
}
