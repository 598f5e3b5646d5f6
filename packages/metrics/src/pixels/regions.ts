import { LtadError } from "@ltad/core/browser";
import { bytes, check, whole } from "@ltad/core/check";

// Shapes: H, W height and width of a mask.

/** The connected regions of a mask. */
export interface Regions {
  /** [H * W], 0 where there is no defect, else 1 + the index of its region. */
  readonly labels: Uint32Array;
  /** Pixels of each region, in the order of their first pixels. */
  readonly sizes: readonly number[];
}

/**
 * The connected regions of a mask. They are 8-connected: pixels that touch at a corner belong together.
 * @param mask [H * W], non-zero marks a defect
 * @param width W, the pixels of a row
 * @throws LtadError `LTAD_SHAPE` when the mask is not a whole number of rows
 * @see scipy.ndimage.label with a 3 x 3 structure of ones, as in the official evaluation of MVTec AD
 */
export function labelRegions(mask: Uint8Array, width: number): Regions {
  check("labelRegions", { mask, width }, { mask: bytes, width: whole(1) });
  if (mask.length % width !== 0)
    throw new LtadError("LTAD_SHAPE", `labelRegions: expected a whole number of rows of ${width}, received ${mask.length} pixels.`);
  const labels = new Uint32Array(mask.length);
  const sizes: number[] = [];
  const stack: number[] = [];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0 && labels[i] === 0) sizes.push(fill(mask, width, labels, sizes.length + 1, i, stack));
  }
  return { labels, sizes };
}

/** Labels the region around `seed`. @returns its size */
function fill(mask: Uint8Array, width: number, labels: Uint32Array, label: number, seed: number, stack: number[]): number {
  const height = mask.length / width;
  let size = 0;
  labels[seed] = label;
  stack.push(seed);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    size++;
    const y = Math.floor(at / width);
    const x = at - y * width;
    const right = x + 1 < width ? x + 1 : x;
    const bottom = y + 1 < height ? y + 1 : y;
    for (let v = y > 0 ? y - 1 : y; v <= bottom; v++) {
      for (let u = x > 0 ? x - 1 : x; u <= right; u++) {
        const next = v * width + u;
        if (mask[next] === 0 || labels[next] !== 0) continue;
        labels[next] = label;
        stack.push(next);
      }
    }
  }
  return size;
}
