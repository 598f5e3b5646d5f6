import { fractalNoise } from "../noise.js";
import { paint, mix, relief, smoothstep, type Colour } from "../picture.js";
import type { Texture } from "./texture.js";

const clay: Colour = [0.62, 0.29, 0.2];
const burnt: Colour = [0.42, 0.2, 0.16];
const mortar: Colour = [0.72, 0.69, 0.63];

/** A wall in running bond: every brick of its own tone, rough mortar between. */
export const brick: Texture = (rng, size) => {
  const unit = size / 256;
  const [width, height, joint] = [58 * unit, 28 * unit, 2.6 * unit];
  const [startX, startY] = [rng.uniform() * width, rng.uniform() * height * 2];
  const tones = rng.uniforms(1024);
  const rough = fractalNoise(rng, size, [9 * unit, 9 * unit], 4);
  const wobble = fractalNoise(rng, size, [22 * unit, 22 * unit], 2);
  const inside = new Float32Array(size * size); // 0 in the mortar, 1 on a brick
  const tone = new Float32Array(size * size);
  for (let i = 0; i < inside.length; i++) {
    const y = Math.floor(i / size) + startY + 1.2 * unit * wobble[i]!;
    const row = Math.floor(y / height);
    const x = (i % size) + startX + (row % 2) * (width / 2);
    const column = Math.floor(x / width);
    const edge = Math.min(x - column * width, (column + 1) * width - x, y - row * height, (row + 1) * height - y);
    inside[i] = smoothstep(joint * 0.6, joint * 1.5, edge + 0.8 * unit * rough[i]!);
    tone[i] = tones[(row * 31 + column) & 1023]!;
  }
  const light = relief(
    inside.map((v, i) => unit * (2.4 * v + 1.4 * rough[i]!)),
    size,
    0.3 / unit,
  );
  const face: [number, number, number] = [0, 0, 0];
  return paint(size, (i, out) => {
    mix(face, clay, burnt, 0.85 * tone[i]! + 0.25 * rough[i]!);
    mix(out, mortar, face, inside[i]!, light[i]);
  });
};
