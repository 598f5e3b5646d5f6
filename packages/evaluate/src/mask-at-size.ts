import { type Mask, resizeMask } from "@ltad/data";
import { labelRegions } from "@ltad/metrics";

// Shapes: H, W of a mask; S side of the comparison.

/** A mask at the size of the comparison. */
export interface MaskAtSize {
  /** [S, S]; 1 defect, 0 good */
  readonly data: Uint8Array;
  /** Regions of which the nearest pixels had caught nothing. */
  readonly kept: number;
}

/**
 * A mask squashed to S x S by the nearest pixel. A region that would vanish, because it lies between the pixels that are taken, marks every
 * pixel that it touches instead: a defect that nobody can find must not disappear from the count.
 */
export function maskAtSize({ data, width, height }: Pick<Mask, "data" | "width" | "height">, size: number): MaskAtSize {
  const squashed = resizeMask(data, width, height, size);
  const { labels, sizes } = labelRegions(data, width);
  const seen = new Set<number>();
  const nearest = (at: number, length: number) => Math.floor(((at + 0.5) * length) / size);
  for (let i = 0; i < squashed.length; i++) {
    if (squashed[i] !== 0) seen.add(labels[nearest(Math.floor(i / size), height) * width + nearest(i % size, width)]!);
  }
  const kept = sizes.length - seen.size;
  if (kept === 0) return { data: squashed, kept };
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0 || seen.has(labels[i]!)) continue;
    const row = Math.floor((Math.floor(i / width) * size) / height);
    squashed[row * size + Math.floor(((i % width) * size) / width)] = 1;
  }
  return { data: squashed, kept };
}
