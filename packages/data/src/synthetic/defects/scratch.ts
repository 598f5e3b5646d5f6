import type { Colour } from "../picture.js";
import { blend } from "./blend.js";
import type { Defect } from "./defect.js";
import { placeIn, stroke, walk, type Point } from "./shapes.js";

/** A long bent line with a lit and a shaded flank. */
export function scratch(colour: Colour): Defect {
  return (rng, picture) => {
    const { size } = picture;
    const unit = size / 256;
    const from = placeIn(rng, size, size * 0.2);
    const inwards = Math.atan2(size / 2 - from[1], size / 2 - from[0]) + 0.5 * rng.normal();
    const points = walk(rng, from, inwards, { steps: 16, step: (4.5 + 3 * rng.uniform()) * unit, wander: 0.09 });
    const half = (1.3 + 0.6 * rng.uniform()) * unit;
    const damage = new Float32Array(size * size);
    stroke(damage, size, points, half, 0.35);
    const flank = new Float32Array(size * size);
    stroke(
      flank,
      size,
      points.map(([x, y]): Point => [x + half, y + half]),
      half * 0.8,
      0.35,
    );
    blend(
      picture,
      flank.map((f, i) => f * 0.75 * damage[i]!),
      [0, 0, 0],
    );
    blend(
      picture,
      damage.map((d, i) => d * (0.95 - 0.8 * flank[i]!)),
      colour,
    );
    return damage;
  };
}
