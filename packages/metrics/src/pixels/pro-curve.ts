import { LtadError } from "@ltad/core/browser";
import { needRegions, type Ranking } from "../ranking/ranking.js";

/**
 * Per-region overlap against the false positive rate, from the highest threshold to the lowest; the first point is (0, 0) at Infinity, the last (1, 1).
 * Points in the middle of a horizontal line are left out.
 */
export interface ProCurve {
  readonly thresholds: Float64Array;
  /** Share of all good pixels, those of good images included, at or above the threshold. */
  readonly fpr: Float64Array;
  /** Mean over all regions of the share of the region at or above it. */
  readonly pro: Float64Array;
}

/**
 * PRO(FPR).
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
 * AUPRO@limit: the area under PRO(FPR) from 0 to the limit, by trapezoids over all distinct scores, PRO at the limit by linear interpolation, divided by the limit.
 * @param limit 0 < limit <= 1; a part of the name: 0.3, 0.05 and 0.01 are usual and give very different numbers
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without a region or without a good pixel, `LTAD_CONFIG` for a limit outside its range
 */
export function aupro(ranking: Ranking, limit: number): number {
  if (!(limit > 0 && limit <= 1)) throw new LtadError("LTAD_CONFIG", `aupro: expected a limit above 0 and at most 1, received ${limit}.`);
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
