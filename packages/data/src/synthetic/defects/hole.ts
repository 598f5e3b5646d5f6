import { smoothstep } from "../picture.js";
import { blend } from "./blend.js";
import type { Defect } from "./defect.js";
import { lobedDisc } from "./shapes.js";

/** A dark ragged hole with a worn rim. */
export const hole: Defect = (rng, picture) => {
  const { size } = picture;
  const unit = size / 256;
  const inside = lobedDisc(rng, size, (14 + 9 * rng.uniform()) * unit, 0.3);
  const damage = inside.map((d) => smoothstep(-0.7, 0.7, d));
  const rim = 3 * unit;
  blend(
    picture,
    inside.map((d) => 0.55 * smoothstep(-0.7, 0.7, d)),
    [0.75, 0.72, 0.68],
  );
  blend(
    picture,
    inside.map((d) => 0.96 * smoothstep(rim * 0.6, rim * 1.3, d)),
    [0.05, 0.05, 0.055],
  );
  return damage;
};
