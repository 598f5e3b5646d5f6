import { blend } from "./blend.js";
import type { Defect } from "./defect.js";
import { placeIn, stroke, walk } from "./shapes.js";

/** A jagged dark line with two or three branches. */
export const crack: Defect = (rng, picture) => {
  const { size } = picture;
  const unit = size / 256;
  const damage = new Float32Array(size * size);
  const from = placeIn(rng, size, size * 0.2);
  const heading = Math.atan2(size / 2 - from[1], size / 2 - from[0]) + 0.4 * rng.normal();
  const half = (1.7 + 0.8 * rng.uniform()) * unit;
  const trunk = walk(rng, from, heading, { steps: 14, step: (4.5 + 2 * rng.uniform()) * unit, wander: 0.5 });
  stroke(damage, size, trunk, half, 0.5);
  for (let k = 0; k < 2 + rng.integer(2); k++) {
    const start = trunk[3 + rng.integer(8)]!;
    const turn = (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + 0.5 * rng.uniform());
    stroke(damage, size, walk(rng, start, heading + turn, { steps: 6, step: 4.5 * unit, wander: 0.45 }), half * 0.7, 0.6);
  }
  blend(
    picture,
    damage.map((d) => 0.92 * d),
    [0.07, 0.06, 0.055],
  );
  return damage;
};
