import { fractalNoise, valueNoise } from "../noise.js";
import { paint, mix, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const steel: Colour = [0.56, 0.58, 0.61];
const shine: Colour = [0.86, 0.87, 0.88];

/** Brushed steel: long fine strokes and a soft band of reflected light. */
export const metal: Texture = (rng, size) => {
  const unit = size / 256;
  const strokes = fractalNoise(rng, size, [240 * unit, 2.2], 2);
  const fine = valueNoise(rng, size, [70 * unit, 1]);
  const [centre, width] = [0.5 + 0.1 * rng.normal(), 0.42];
  return paint(size, (i, out, x) => {
    const band = Math.exp(-(((x / size - centre) / width) ** 2));
    mix(out, steel, shine, 0.1 + 0.45 * band, 1 + 0.14 * strokes[i]! + 0.08 * fine[i]!);
  });
};
