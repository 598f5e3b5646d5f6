import { createHash } from "node:crypto";
import { nfc } from "../folder.js";

const share = 1 / 5;

/**
 * Chooses good images for testing where a data set has no split of its own: about a fifth, by a hash of their names, so that an image stays on its side
 * when others are added. At least one of two or more.
 * @param groupOf images of one group stay together; each image is its own group by default
 */
export function heldOut(paths: readonly string[], groupOf: (path: string) => string = (path) => path): ReadonlySet<string> {
  const placed = paths.map((path) => ({ path, place: placeOf(groupOf(path)) }));
  const lowest = placed.reduce((least, { place }) => Math.min(least, place), Infinity);
  const highest = placed.reduce((most, { place }) => Math.max(most, place), -Infinity);
  if (lowest === highest) return new Set();
  const limit = Math.max(share, lowest);
  return new Set(placed.filter(({ place }) => place <= limit && place < highest).map(({ path }) => path));
}

/** From 0 to 1, the same on every machine. */
function placeOf(name: string): number {
  return createHash("sha256").update(nfc(name)).digest().readUInt32BE() / 2 ** 32;
}
