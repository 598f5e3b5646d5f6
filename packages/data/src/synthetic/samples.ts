import type { Rng } from "@ltad/core";
import type { Defect } from "./defects/defect.js";
import { finish } from "./finish.js";
import { materials } from "./materials.js";
import type { Picture } from "./picture.js";
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
    const kinds = Object.keys(materials[material]!.defects);
    const numbered = (n: number, at: string): Sample[] =>
      Array.from({ length: n }, (_, i) => ({ material, image: `${material}/${at}/${threeDigits(i)}.png` }));
    const damaged = Array.from({ length: defects }, (_, i): Sample => {
      const [defect, name] = [kinds[i % kinds.length]!, threeDigits(Math.floor(i / kinds.length))];
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
  const { texture, defects } = materials[material]!;
  const picture = texture(rng.fork("texture"), size);
  const damage = defect === undefined ? undefined : defects[defect];
  const mask = damage ? applyDamage(rng.fork("defect"), picture, damage) : null;
  return { pixels: finish(rng.fork("camera"), picture), mask };
}

/** Damages a picture in place, some samples more faintly than others. @returns [S, S] 0 or 255 */
function applyDamage(rng: Rng, { size, data }: Picture, defect: Defect): Uint8Array {
  const good = data.slice();
  const damage = defect(rng.fork("shape"), { size, data });
  const strength = 0.6 + 0.4 * rng.uniform();
  for (let i = 0; i < data.length; i++) data[i] = good[i]! + strength * (data[i]! - good[i]!);
  return Uint8Array.from(damage, (d) => (d > 0.5 ? 255 : 0));
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}
