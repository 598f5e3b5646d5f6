import type { Rng } from "@ltad/core";

/** Which random point is nearest to each pixel (cellular noise, Worley 1996). */
export interface Cells {
  /** [S, S] distance to the nearest point, in units of the pitch */
  readonly nearest: Float32Array;
  /** [S, S] how much farther the second point is: 0 on the border between two cells */
  readonly border: Float32Array;
  /** [S, S] a random number in 0..1 per cell */
  readonly tone: Float32Array;
}

/** Cells around one jittered point per square of `pitch` pixels. */
export function cellNoise(rng: Rng, size: number, pitch: number): Cells {
  const n = Math.ceil(size / pitch) + 3;
  const px = rng.uniforms(n * n).map((v, at) => v + (at % n)); // where the point of each square lies
  const py = rng.uniforms(n * n).map((v, at) => v + Math.floor(at / n));
  const tones = rng.uniforms(n * n);
  const [startX, startY] = [rng.uniform(), rng.uniform()];
  const cells = { nearest: new Float32Array(size * size), border: new Float32Array(size * size), tone: new Float32Array(size * size) };
  for (let i = 0; i < size * size; i++) {
    const x = (i % size) / pitch + startX + 1;
    const y = Math.floor(i / size) / pitch + startY + 1;
    const corner = (Math.floor(y) - 1) * n + Math.floor(x) - 1;
    let first = 9;
    let second = 9;
    let owner = 0;
    for (let k = 0; k < 9; k++) {
      const at = corner + Math.floor(k / 3) * n + (k % 3);
      const dx = px[at]! - x;
      const dy = py[at]! - y;
      const distance = dx * dx + dy * dy;
      if (distance < first) {
        second = first;
        first = distance;
        owner = at;
      } else if (distance < second) second = distance;
    }
    cells.nearest[i] = Math.sqrt(first);
    cells.border[i] = Math.sqrt(second) - Math.sqrt(first);
    cells.tone[i] = tones[owner]!;
  }
  return cells;
}
