import { type ExactPixels, type ImageScores, measure, proCurve, rocCurve } from "@ltad/metrics";

/** A curve from (0, 0) on, as pairs of x and y. */
export type Curve = readonly (readonly [x: number, y: number])[];

/** The curves of one class, for drawing; empty where one does not exist. */
export interface ClassCurves {
  /** Share of defective images found against share of good ones that raise an alarm. */
  readonly roc: Curve;
  /** Mean share of each defect found against share of good pixels that are marked. */
  readonly pro: Curve;
}

const most = 200; // points

/** ROC of images and PRO of pixels. */
export function curvesOf(scores: ImageScores, pixels: ExactPixels): ClassCurves {
  return {
    roc: ifDefined(() => {
      const { fpr, tpr } = rocCurve(scores.ranking());
      return pairs(fpr, tpr);
    }),
    pro: ifDefined(() => {
      const { fpr, pro } = proCurve(pixels.ranking());
      return pairs(fpr, pro);
    }),
  };
}

function ifDefined(curve: () => Curve): Curve {
  let found: Curve = [];
  measure(() => (found = curve()).length);
  return found;
}

/** Points that are apart enough to be seen: a step along x or y of at least 1 / {@link most}, and the last. */
function pairs(x: Float64Array, y: Float64Array): Curve {
  const kept: [number, number][] = [];
  for (let i = 0; i < x.length; i++) {
    const [before, point] = [kept.at(-1), [x[i]!, y[i]!] as [number, number]];
    const isSeen = before === undefined || point[0] - before[0] + point[1] - before[1] >= 1 / most;
    if (isSeen || i === x.length - 1) kept.push(point);
  }
  return kept;
}
