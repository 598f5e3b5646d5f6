import type { Manifest } from "./manifest.js";

/**
 * How 16-bit images are read, by what the training found: in the range of their class, or, where the class is not known yet, in the smallest range
 * of any class that holds the image.
 * @param index of the class; negative when it is not known
 * @returns undefined where no class has a range of its own: then every image is read as before
 */
export function rangeFor({ classes }: Pick<Manifest, "classes">, index: number): number | readonly number[] | undefined {
  if (classes.every(({ range }) => range === undefined)) return undefined;
  if (index >= 0) return classes[index]!.range;
  const ranges = [...new Set(classes.map(({ range = 65535 }) => range))].sort((a, b) => a - b);
  return ranges.length === 1 ? ranges[0] : ranges;
}
