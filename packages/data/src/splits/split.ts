import type { TrainItem } from "../dataset/dataset.js";

/** The training images that a protocol chose. */
export interface Split {
  /** As given: `exp100`, `full`, the path of a list. */
  readonly protocol: string;
  readonly seed: number;
  /** From most to least images. */
  readonly classes: readonly SplitClass[];
  /** What to know about it, in sentences. */
  readonly warnings?: readonly string[];
}

/** One class of a split. */
export interface SplitClass {
  readonly name: string;
  /** Training images the dataset has. */
  readonly available: number;
  /** The chosen ones, ordered by id. */
  readonly train: readonly TrainItem[];
  /** Path of a mask of the part of the images that is judged; the whole image by default. */
  readonly include?: string | undefined;
}

/** The class names from most to least images: the order that Avg / High / Low uses. */
export function splitOrder(split: Split): string[] {
  return split.classes.map(({ name }) => name);
}

/** High = the first half of the order, rounded up; Low = the rest. */
export function headAndTail(order: readonly string[]): { high: string[]; low: string[] } {
  const half = Math.ceil(order.length / 2);
  return { high: order.slice(0, half), low: order.slice(half) };
}
