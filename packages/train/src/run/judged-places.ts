import { type FloatArray, LtadError } from "@ltad/core";
import { loadMask, type Mask, readImageHeader, type Split, type SplitClass } from "@ltad/data";
import type { FeatureSpec } from "@ltad/features";
import { allJudged } from "./judged-store.js";

// Shapes: K classes, N = G * G tokens.

type Limits = { readonly maxPixels?: number | undefined };

/**
 * Which places of the grid the classes judge, from their include masks: those of which the mask marks at least half.
 * @returns [K, N], 1 where a place is judged; undefined where no class has a mask
 * @throws LtadError `LTAD_MASK` for a mask of another size than a training image, or one that marks no place; `LTAD_IMAGE` when it cannot be read
 */
export async function judgedPlaces({ classes }: Split, { grid, tokens }: FeatureSpec, limits: Limits): Promise<FloatArray | undefined> {
  if (classes.every(({ include }) => include === undefined)) return undefined;
  const judged = allJudged(classes.length, tokens);
  for (const [label, entry] of classes.entries())
    if (entry.include !== undefined) judged.data.set(placesOf(await includeMask(entry, limits), grid, entry), label * tokens);
  return judged;
}

async function includeMask({ include, train }: SplitClass, { maxPixels }: Limits): Promise<Mask> {
  const options = maxPixels === undefined ? {} : { maxPixels };
  let mask: Mask | undefined;
  for (const { file } of train) {
    const { width, height, orientation } = await readImageHeader(file, options);
    if (!mask || mask.width !== width || mask.height !== height)
      mask = await loadMask(include!, { width, height, orientation, image: file }, options);
  }
  return mask!;
}

function placesOf({ data, width, height }: Mask, grid: number, { name, include }: SplitClass): Float32Array {
  const [marked, all] = [new Float64Array(grid * grid), new Float64Array(grid * grid)];
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * grid) / height) * grid;
    for (let x = 0; x < width; x++) {
      const place = row + Math.floor(((x + 0.5) * grid) / width);
      all[place]!++;
      marked[place]! += data[y * width + x]!;
    }
  }
  const judged = Float32Array.from(marked, (count, place) => (all[place]! > 0 && count >= all[place]! / 2 ? 1 : 0));
  if (judged.includes(1)) return judged;
  const why = data.includes(1)
    ? `marks less than half of every patch (the model judges ${grid} x ${grid} patches), so no part of the image would be judged. Mark a larger part`
    : "is black, so no part of the image would be judged. Mark in white what is to be judged";
  throw new LtadError("LTAD_MASK", `${include}: the include mask of ${name} ${why}, or remove the mask.`, { details: { file: include! } });
}

/** A row of {@link judgedPlaces} as model.json has it: a character a place; undefined where every place is judged. */
export function judgedText(row: Float32Array): string | undefined {
  return row.includes(0) ? Array.from(row, (value) => (value === 1 ? "1" : "0")).join("") : undefined;
}
