import { fractalNoise, valueNoise } from "../noise.js";
import { paint, mix, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const shadow: Colour = [0.3, 0.07, 0.1];
const yarn: Colour = [0.78, 0.26, 0.26];

/** Stocking stitch in red wool: columns of V-shaped loops. */
export const knit: Texture = (rng, size) => {
  const unit = size / 256;
  const [width, height] = [18 * unit, 13 * unit];
  const [startX, startY] = [rng.uniform() * width, rng.uniform() * height];
  const pull = fractalNoise(rng, size, [50 * unit, 50 * unit], 2);
  const fuzz = valueNoise(rng, size, [2 * unit, 1.3 * unit]);
  return paint(size, (i, out, x, y) => {
    const u = (x + startX + 1.5 * unit * pull[i]!) / width;
    const side = Math.abs(u - Math.floor(u) - 0.5) * 2; // 0 in the middle of a column, 1 at its edge
    const v = (y + startY - 0.85 * height * side + 1.2 * unit * pull[i]!) / height;
    const loop = Math.abs(v - Math.floor(v) - 0.5) * 2;
    const round = Math.sqrt(Math.max(0, 1 - loop * loop)) * (0.35 + 0.65 * Math.sqrt(Math.max(0, 1 - (2 * side - 1) ** 2)));
    mix(out, shadow, yarn, 0.08 + 0.92 * round, 1 + 0.14 * fuzz[i]!);
  });
};
