import type { Rng } from "@ltad/core";
import { finish } from "./finish.js";
import { type Material, materials } from "./materials.js";
import type { SynthesisParameters } from "./synthesis-parameters.js";

/** One picture to draw: where it goes and what happens to it. Paths are below the root, with "/". */
export interface Sample {
  readonly material: string;
  readonly image: string;
  readonly defect?: string;
  readonly mask?: string;
}

/** Every picture of a set in MVTec layout, in the order in which it is written. */
export function samplesOf({ classes, train, good, defects }: SynthesisParameters): Sample[] {
  return classes.flatMap((material) => {
    const kinds = Object.keys((materials[material] as Material).defects);
    const numbered = (n: number, at: string): Sample[] =>
      Array.from({ length: n }, (_, i) => ({ material, image: `${material}/${at}/${threeDigits(i)}.png` }));
    const damaged = Array.from({ length: defects }, (_, i): Sample => {
      const [defect, name] = [kinds[i % kinds.length] as string, threeDigits(Math.floor(i / kinds.length))];
      return {
        material,
        defect,
        image: `${material}/test/${defect}/${name}.png`,
        mask: `${material}/ground_truth/${defect}/${name}_mask.png`,
      };
    });
    return [...numbered(train, "train/good"), ...numbered(good, "test/good"), ...damaged];
  });
}

/**
 * Draws one picture; texture, defect and camera take their own random numbers.
 * @returns pixels [S, S, 3] 0..255; mask [S, S] 0 or 255, null when nothing is damaged
 */
export function drawSample(rng: Rng, { material, defect }: Sample, size: number): { pixels: Uint8Array; mask: Uint8Array | null } {
  const { texture, defects } = materials[material] as Material;
  const picture = texture(rng.fork("texture"), size);
  const damage = defect === undefined ? undefined : defects[defect]?.(rng.fork("defect"), picture);
  const mask = damage ? Uint8Array.from(damage, (d) => (d > 0.5 ? 255 : 0)) : null;
  return { pixels: finish(rng.fork("camera"), picture), mask };
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}
