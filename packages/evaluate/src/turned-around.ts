import { percent } from "@ltad/core/format";
import { type ImageScores, mannWhitney } from "@ltad/metrics";

/** How seldom chance puts good images so far above defective ones. */
const doubt = 0.001;

/**
 * Whether the good images of a class score higher than the defective ones, more than chance would have it: then the scores measure likeness, or
 * the labels are exchanged.
 * @returns a sentence for the user, or none
 */
export function turnedAround(name: string, { images }: Pick<ImageScores, "images">): string[] {
  const side = (isAnomaly: boolean) => images.filter(({ anomaly }) => anomaly === isAnomaly).map(({ score }) => score);
  const { larger, pValue } = mannWhitney(side(true), side(false));
  if (larger >= 0.5 || pValue >= doubt) return [];
  return [
    `${name}: good images score higher than defective ones (AUROC ${percent(larger)} %). A higher score must mean more anomalous: reverse the sign of the scores, or swap the labels.`,
  ];
}
