import type { Rng } from "@ltad/core";
import type { Picture } from "./picture.js";

/**
 * What a camera adds: exposure, light that falls off to one side, sensor noise.
 * @returns [S, S, 3] 0..255
 */
export function finish(rng: Rng, { size, data }: Picture): Uint8Array {
  const exposure = 1 + 0.025 * rng.normal();
  const [fallX, fallY] = [0.03 * rng.normal(), 0.03 * rng.normal()];
  const out = new Uint8Array(data.length);
  for (let i = 0; i < size * size; i++) {
    const light = exposure + fallX * ((i % size) / size - 0.5) + fallY * (Math.floor(i / size) / size - 0.5);
    const noise = 0.012 * (rng.uniform() + rng.uniform() - 1);
    for (let c = 0; c < 3; c++) out[i * 3 + c] = Math.round(Math.min(1, Math.max(0, data[i * 3 + c]! * light + noise)) * 255);
  }
  return out;
}
