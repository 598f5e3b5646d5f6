import type { Rng } from "@ltad/core";

/** Standard normal numbers for many steps, drawn once: a step takes a run of them from a random place. */
export interface NoisePool {
  /** @returns `size` numbers, a view that must not be written to */
  take(size: number, rng: Rng): Float32Array;
}

const least = 2 ** 21; // numbers in a pool

/**
 * A pool of noise. A step of phase 2 needs half a million normals, which cost more to draw than the batch to read; runs from a pool of two
 * million overlap now and then, but meet other patches each time.
 */
export function noisePool(rng: Rng, largest: number): NoisePool {
  const pool = rng.normals(Math.max(least, 2 * largest));
  return {
    take(size, draw) {
      const from = draw.integer(pool.length - size + 1);
      return pool.subarray(from, from + size);
    },
  };
}
