import { check } from "@ltad/core/check";
import { needBothSides, needRegions, positiveShare, type Ranking } from "../ranking/ranking.js";

/** Two numbers between which the exact metric lies, both included. */
export interface Between {
  readonly low: number;
  readonly high: number;
}

/** Bounds of the metrics of a ranking by bins, 0..1 each. */
export interface StreamingBounds {
  readonly auroc: Between;
  readonly averagePrecision: Between;
  readonly f1Max: Between;
  readonly iouMax: Between;
  readonly fprAt95Tpr: Between;
}

/** One bin. The curve goes from its first corner to its second, but the order of the scores within is unknown. */
interface Bin {
  readonly tp: readonly [number, number];
  readonly fp: readonly [number, number];
  readonly overlap: readonly [number, number];
}

/**
 * Bounds for the error of binning: the exact metrics of the added scores lie between them, wherever the scores lie within their bins.
 * @param ranking of streaming pixels
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing
 */
export function streamingBounds(ranking: Ranking): StreamingBounds {
  needBothSides(ranking, "bounds");
  const { positives, negatives } = ranking;
  const [pairs, ap, f1] = [
    { low: 0, high: 0 },
    { low: 0, high: 0 },
    { low: 0, high: 0 },
  ];
  let fprAt95Tpr: Between | null = null;
  forEachBin(ranking, ({ tp: [tp0, tp1], fp: [fp0, fp1] }) => {
    pairs.low += (fp1 - fp0) * tp0;
    pairs.high += (fp1 - fp0) * tp1;
    if (tp1 === tp0) return;
    ap.high += ((tp1 - tp0) * tp1) / (tp1 + fp0); // all anomalies of the bin first, at one threshold
    ap.low += tp1 - tp0 - (fp1 === 0 ? 0 : fp1 * Math.log((tp1 + fp1) / (tp0 + fp1))); // all good ones first: an integral below the sum
    f1.low = Math.max(f1.low, (2 * tp1) / (tp1 + fp1 + positives));
    f1.high = Math.max(f1.high, (2 * tp1) / (tp1 + fp0 + positives));
    if (tp1 / positives >= 0.95) fprAt95Tpr ??= { low: fp0 / negatives, high: fp1 / negatives };
  });
  return {
    auroc: scaled(pairs, 1 / positives / negatives),
    averagePrecision: scaled(ap, 1 / positives),
    f1Max: f1,
    iouMax: { low: f1.low / (2 - f1.low), high: f1.high / (2 - f1.high) },
    fprAt95Tpr: fprAt95Tpr ?? { low: 0, high: 1 },
  };
}

/**
 * Bounds of the exact {@link aupro}, wherever the scores lie within their bins.
 * @param ranking of streaming pixels
 * @param limit 0 < limit <= 1
 * @throws LtadError as {@link aupro}
 */
export function auproBounds(ranking: Ranking, limit: number): Between {
  check("auproBounds", { limit }, { limit: positiveShare });
  needRegions(ranking, "bounds of AUPRO");
  const area = { low: 0, high: 0 };
  forEachBin(ranking, ({ fp: [fp0, fp1], overlap: [y0, y1] }) => {
    const width = Math.max(0, Math.min(limit, fp1 / ranking.negatives) - fp0 / ranking.negatives);
    area.low += width * y0;
    area.high += width * y1;
  });
  return scaled(area, 1 / ranking.regions / limit);
}

function forEachBin(ranking: Ranking, use: (bin: Bin) => void): void {
  let [tp0, fp0, overlap0] = [0, 0, 0];
  ranking.walk((_, tp1, fp1, overlap1) => {
    use({ tp: [tp0, tp1], fp: [fp0, fp1], overlap: [overlap0, overlap1] });
    [tp0, fp0, overlap0] = [tp1, fp1, overlap1];
  });
}

function scaled({ low, high }: Between, by: number): Between {
  return { low: low * by, high: high * by };
}
