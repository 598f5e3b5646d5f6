import { isGood } from "@ltad/data";
import { limitOf, type Manifest } from "@ltad/detector";
import type { TestedClass, TestedImage } from "../tested-image.js";
import type { ChosenPicture } from "./choose-pictures.js";

/** A mistake of the limits. */
export interface WorstPicture extends ChosenPicture {
  readonly class: string;
  /** Place of the class among those that were tested. */
  readonly place: number;
}

/** The mistakes that are furthest on the wrong side of their limits. */
export interface WorstPictures {
  readonly missed: readonly WorstPicture[];
  readonly alarms: readonly WorstPicture[];
}

const most = 10;

/** The ten worst missed defects and the ten worst false alarms over all classes, by the score in units of the limit; none without limits. */
export function chooseWorst(tested: readonly TestedClass[], { decision }: Manifest): WorstPictures {
  if (!decision) return { missed: [], alarms: [] };
  const all = tested.flatMap(({ data: { name }, index, images }, place) => {
    const { limit } = limitOf(decision, index);
    return images.map((image) => ({ image, class: name, place, ratio: image.score / Math.max(limit, Number.MIN_VALUE) }));
  });
  const chosen = (role: "missed" | "suspected", is: (image: TestedImage) => boolean) =>
    all
      .filter(({ image }) => is(image))
      .sort((a, b) => (role === "missed" ? a.ratio - b.ratio : b.ratio - a.ratio))
      .slice(0, most)
      .map(({ image, class: name, place }): WorstPicture => ({ role, image, class: name, place }));
  return {
    missed: chosen("missed", ({ item, isAnomalous }) => !isGood(item) && isAnomalous === false),
    alarms: chosen("suspected", ({ item, isAnomalous }) => isGood(item) && isAnomalous === true),
  };
}
