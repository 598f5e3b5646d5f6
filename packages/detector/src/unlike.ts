import type { Manifest } from "./manifest.js";
import { remembered } from "./remembered.js";

/** An image is unlike a class only if its squared distance is at least this many times that of the furthest good image. */
const margin = 2;
/** The same if there is no other class to compare with. */
const marginAlone = 4;

/**
 * The distance beyond which an image is unlike a class. Good images of the class are at most `own` away from it, and come as near as `other` to
 * another class. The bound is between the two, at two thirds of the way in logarithms, because a defect moves an image as well, though less than
 * another product does. A class with few images is assumed to reach as far as a typical one.
 * @param label the index of the class in the manifest
 * @returns undefined if the model has no distances
 */
export function reachOf({ classes }: NonNullable<Manifest["decision"]>, label: number): number | undefined {
  const typical = typicalReach(classes.map(({ distances }) => distances));
  if (typical === undefined) return undefined;
  const { distances, nearestOther: other } = classes[label]!;
  const own = Math.max(typical, distances?.at(-1) ?? typical);
  return other === undefined ? marginAlone * own : Math.max(margin * own, own ** (1 / 3) * other ** (2 / 3));
}

/** How far a typical class reaches. */
const typicalReach = remembered((lists) => {
  const furthest = lists.flatMap((distances) => distances?.at(-1) ?? []).sort((a, b) => a - b);
  return furthest[Math.floor((furthest.length - 1) / 2)];
});
