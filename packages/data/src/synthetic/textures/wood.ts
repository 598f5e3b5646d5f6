import { fractalNoise, valueNoise } from "../noise.js";
import { paint, mix, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const early: Colour = [0.84, 0.65, 0.42];
const late: Colour = [0.6, 0.38, 0.2];

/** A planed board: growth rings cut lengthwise, with fibres and pores. */
export const wood: Texture = (rng, size) => {
  const unit = size / 256;
  const bend = fractalNoise(rng, size, [220 * unit, 70 * unit], 3);
  const fibres = fractalNoise(rng, size, [60 * unit, 1.6], 2);
  const pores = valueNoise(rng, size, [14 * unit, 1.3]);
  const pitch = (15 + 3 * rng.uniform()) * unit;
  const start = rng.uniform() * 20;
  return paint(size, (i, out, _, y) => {
    const ring = y / pitch + start + 1.5 * bend[i]!;
    const phase = ring - Math.floor(ring);
    const lateWood = phase < 0.75 ? (phase / 0.75) ** 2 : (1 - phase) / 0.25;
    const pore = Math.max(0, pores[i]! - 0.62);
    mix(out, early, late, 0.15 + 0.75 * lateWood, 1 + 0.13 * fibres[i]! - 0.55 * pore);
  });
};
