import { paint, mix, type Colour } from "../picture.js";
import { valueNoise } from "../noise.js";
import type { Texture } from "./texture.js";

const warp: Colour = [0.22, 0.32, 0.54];
const weft: Colour = [0.8, 0.8, 0.76];

/** A twill of blue warp over pale weft, three over one (denim), slightly turned. */
export const fabric: Texture = (rng, size) => {
  const pitch = (9 * size) / 256;
  const angle = 0.03 * rng.normal();
  const [cos, sin] = [Math.cos(angle) / pitch, Math.sin(angle) / pitch];
  const [startX, startY] = [64 + 8 * rng.uniform(), 64 + 8 * rng.uniform()];
  const tones = rng.normals(512, 0.05);
  const fibres = valueNoise(rng, size, [1.5, 1.5]);
  return paint(size, (i, out, x, y) => {
    const u = x * cos - y * sin + startX;
    const v = x * sin + y * cos + startY;
    const column = Math.floor(u);
    const row = Math.floor(v);
    const warpOnTop = (column + row) % 4 > 0;
    const across = (warpOnTop ? u - column : v - row) * 2 - 1;
    const along = (warpOnTop ? v - row : u - column) * 2 - 1;
    const round = 0.5 + 0.55 * Math.sqrt(Math.max(0, 1 - across * across)) - 0.14 * along * along;
    const thread = 1 + tones[warpOnTop ? column & 255 : 256 + (row & 255)]!;
    mix(out, warpOnTop ? warp : weft, weft, 0, round * thread * (1 + 0.1 * fibres[i]!));
  });
};
