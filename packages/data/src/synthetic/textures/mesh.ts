import { fractalNoise } from "../noise.js";
import { paint, mix, relief, smoothstep, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const sheet: Colour = [0.66, 0.68, 0.68];
const behind: Colour = [0.08, 0.09, 0.11];

/** A perforated sheet: round holes in a hexagonal grid. */
export const mesh: Texture = (rng, size) => {
  const unit = size / 256;
  const pitch = 20 * unit;
  const rise = pitch * Math.sqrt(3);
  const angle = 0.02 * rng.normal();
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [startX, startY] = [rng.uniform() * pitch, rng.uniform() * rise];
  const grain = fractalNoise(rng, size, [26 * unit, 3 * unit], 3);
  const open = new Float32Array(size * size);
  for (let i = 0; i < open.length; i++) {
    const x = i % size;
    const y = Math.floor(i / size);
    const u = x * cos - y * sin + startX;
    const v = x * sin + y * cos + startY;
    const even = wrap(u, pitch) ** 2 + wrap(v, rise) ** 2;
    const odd = wrap(u + pitch / 2, pitch) ** 2 + wrap(v + rise / 2, rise) ** 2;
    open[i] = smoothstep(6.6 * unit, 5.2 * unit, Math.sqrt(Math.min(even, odd)));
  }
  const light = relief(
    open.map((o) => -2.2 * unit * o),
    size,
    0.3 / unit,
  );
  return paint(size, (i, out) => mix(out, sheet, behind, open[i]!, light[i]! * (1 + 0.09 * grain[i]!)));
};

/** Distance to the nearest multiple of the period, signed. */
function wrap(x: number, period: number): number {
  return x - Math.round(x / period) * period;
}
