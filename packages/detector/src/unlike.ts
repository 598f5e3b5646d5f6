import type { Manifest } from "./manifest.js";

const margin = 2; // squared distances: 1.4 times as far as the furthest good image

/**
 * The distance beyond which an image is unlike a class: twice that of the furthest good image that the class did not know, or of a typical
 * class where that is further, for few images say little about how far others may be.
 * @param label place of the class in the manifest
 * @returns undefined for models that know no distances
 */
export function reachOf({ classes }: NonNullable<Manifest["decision"]>, label: number): number | undefined {
  const furthest = classes.flatMap(({ distances }) => distances?.at(-1) ?? []).sort((a, b) => a - b);
  if (furthest.length === 0) return undefined;
  const typical = furthest[Math.floor((furthest.length - 1) / 2)]!;
  return margin * Math.max(typical, classes[label]!.distances?.at(-1) ?? typical);
}
