import type { Rng } from "@ltad/core";

/**
 * Value noise: random numbers on a lattice, smoothly interpolated.
 * @param cell size of a lattice cell in pixels, [horizontal, vertical]
 * @returns [S, S] in -1..1
 */
export function valueNoise(rng: Rng, size: number, [cellX, cellY]: readonly [number, number]): Float32Array {
  const across = lattice(rng, size, cellX);
  const down = lattice(rng, size, cellY);
  const values = rng.uniforms(across.nodes * down.nodes, -1, 1);
  const out = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const top = down.index[y]! * across.nodes;
    const v = down.weight[y]!;
    for (let x = 0; x < size; x++) {
      const at = top + across.index[x]!;
      const u = across.weight[x]!;
      const upper = values[at]! * (1 - u) + values[at + 1]! * u;
      const lower = values[at + across.nodes]! * (1 - u) + values[at + across.nodes + 1]! * u;
      out[y * size + x] = upper * (1 - v) + lower * v;
    }
  }
  return out;
}

/** Sum of octaves, each of half the cell and half the height. [S, S] in about -1..1 */
export function fractalNoise(rng: Rng, size: number, [cellX, cellY]: readonly [number, number], octaves: number): Float32Array {
  const out = new Float32Array(size * size);
  for (let octave = 0, height = 0.6; octave < octaves; octave++, height /= 2) {
    const scale = 2 ** -octave;
    const layer = valueNoise(rng, size, [Math.max(1, cellX * scale), Math.max(1, cellY * scale)]);
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + height * layer[i]!;
  }
  return out;
}

/** Node left of each pixel and the smooth weight of the one to its right, from a random start. */
function lattice(rng: Rng, size: number, cell: number) {
  const start = rng.uniform();
  const index = new Int32Array(size);
  const weight = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const at = i / cell + start;
    const t = at - Math.floor(at);
    index[i] = Math.floor(at);
    weight[i] = t * t * (3 - 2 * t);
  }
  return { index, weight, nodes: Math.ceil(size / cell + start) + 2 };
}
