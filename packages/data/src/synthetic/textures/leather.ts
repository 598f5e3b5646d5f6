import { cellNoise } from "../cells.js";
import { fractalNoise } from "../noise.js";
import { paint, mix, relief, smoothstep, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const dark: Colour = [0.3, 0.15, 0.08];
const light: Colour = [0.58, 0.34, 0.2];

/** Pebbled leather: rounded grains between creases. */
export const leather: Texture = (rng, size) => {
  const unit = size / 256;
  const { border, tone } = cellNoise(rng, size, 9 * unit);
  const soft = fractalNoise(rng, size, [60 * unit, 60 * unit], 3);
  const fine = fractalNoise(rng, size, [3 * unit, 3 * unit], 2);
  const height = border.map((b, i) => unit * (2.1 * smoothstep(0, 0.6, b) + 0.3 * fine[i]!));
  const glance = relief(height, size, 0.28 / unit);
  return paint(size, (i, out) => {
    const grain = 0.32 + 0.5 * smoothstep(0, 0.4, border[i]!) + 0.08 * (tone[i]! - 0.5) + 0.1 * soft[i]!;
    mix(out, dark, light, grain, glance[i]);
  });
};
