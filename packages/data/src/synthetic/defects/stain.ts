import { fractalNoise } from "../noise.js";
import { type Colour, smoothstep } from "../picture.js";
import type { Defect } from "./defect.js";
import { lobedDisc } from "./shapes.js";

/** A dried liquid: tinted, uneven, darker along its edge; the texture shows through. */
export function stain(tint: Colour): Defect {
  return (rng, picture) => {
    const { size, data } = picture;
    const unit = size / 256;
    const inside = lobedDisc(rng, size, (20 + 13 * rng.uniform()) * unit, 0.35);
    const uneven = fractalNoise(rng, size, [16 * unit, 16 * unit], 3);
    const damage = inside.map((d) => smoothstep(-0.8, 0.8, d));
    for (let i = 0; i < damage.length; i++) {
      const edge = Math.exp(-((inside[i]! / (3.5 * unit) - 0.6) ** 2));
      const depth = damage[i]! * Math.min(1, 0.62 + 0.3 * uneven[i]! + 0.35 * edge);
      for (let c = 0; c < 3; c++) data[i * 3 + c] = data[i * 3 + c]! * (1 + depth * (tint[c]! - 1));
    }
    return damage;
  };
}
