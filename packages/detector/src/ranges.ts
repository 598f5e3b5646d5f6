import type { Manifest } from "./manifest.js";

/**
 * The range in which a 16-bit image is read, as found by the training: that of its class or, if the class is unknown, all ranges, of which the smallest
 * that contains the image is used.
 * @param index of the class; negative if it is unknown
 * @returns undefined if that class, or every class, uses the whole range
 */
export function rangeFor({ classes }: Pick<Manifest, "classes">, index: number): number | readonly number[] | undefined {
  if (classes.every(({ range }) => range === undefined)) return undefined;
  if (index >= 0) return classes[index]!.range;
  const ranges = [...new Set(classes.map(({ range = 65535 }) => range))].sort((a, b) => a - b);
  return ranges.length === 1 ? ranges[0] : ranges;
}
