import { type Colour, relief, smoothstep } from "../picture.js";
import { blend } from "./blend.js";
import type { Defect } from "./defect.js";
import { lobedDisc } from "./shapes.js";

/** A drop of something foreign that lies on the surface: glue, paint, solder. */
export function blob(colour: Colour): Defect {
  return (rng, picture) => {
    const { size } = picture;
    const unit = size / 256;
    const radius = (12 + 9 * rng.uniform()) * unit;
    const inside = lobedDisc(rng, size, radius, 0.22);
    const damage = inside.map((d) => smoothstep(-0.7, 0.7, d));
    const dome = inside.map((d) => radius * 0.8 * Math.sqrt(Math.max(0, 1 - (1 - Math.max(0, Math.min(1, d / radius))) ** 2)));
    const light = relief(dome, size, 0.45);
    blend(picture, damage, colour, (i) => 0.35 + 0.65 * light[i]!);
    return damage;
  };
}
