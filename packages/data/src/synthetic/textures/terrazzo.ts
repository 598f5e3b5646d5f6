import { cellNoise } from "../cells.js";
import { fractalNoise } from "../noise.js";
import { paint, mix, smoothstep, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const cement: Colour = [0.8, 0.78, 0.73];
const stones: readonly Colour[] = [
  [0.55, 0.33, 0.26],
  [0.36, 0.38, 0.4],
  [0.66, 0.6, 0.48],
  [0.43, 0.5, 0.44],
  [0.93, 0.92, 0.89],
];

/** Polished stone chips of five colours in pale cement. */
export const terrazzo: Texture = (rng, size) => {
  const unit = size / 256;
  const layers = [
    { ...cellNoise(rng, size, 7 * unit), share: 0.35, reach: 0.5 },
    { ...cellNoise(rng, size, 19 * unit), share: 0.6, reach: 0.58 },
  ];
  const grain = fractalNoise(rng, size, [4 * unit, 4 * unit], 3);
  const colour: [number, number, number] = [0, 0, 0];
  return paint(size, (i, out) => {
    const light = 1 + 0.07 * grain[i]!;
    mix(out, cement, cement, 0, light);
    for (const { border, tone, nearest, share, reach } of layers) {
      const pick = tone[i]! / share;
      if (pick >= 1) continue;
      const chip = smoothstep(0.08, 0.16, border[i]!) * smoothstep(reach, reach - 0.08, nearest[i]!);
      mix(colour, stones[Math.floor(pick * stones.length)]!, cement, 0, light * (0.94 + 0.12 * ((pick * 37) % 1)));
      mix(out, out, colour, chip);
    }
  });
};
