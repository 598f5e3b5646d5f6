import { createHash } from "node:crypto";
import { check, refuse, type Rule } from "./check/rule.js";
import { whole } from "./check/simple.js";

/** A seeded source of random numbers. The same seed and the same calls give the same numbers on every machine. */
export interface Rng {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Whole number in [0, n). */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** An array of standard normals times `deviation`. */
  normals(size: number, deviation?: number): Float32Array;
  /** An array of uniforms in [low, high). */
  uniforms(size: number, low?: number, high?: number): Float32Array;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent generator for one purpose: adding a draw in one place does not move the numbers of another. */
  fork(name: string | number): Rng;
  /** What {@link restoreRng} needs to go on from here. */
  state(): RngState;
}

/** The state of a generator, for checkpoints: key, four words and the second half of a pair of normals. */
export interface RngState {
  readonly key: string;
  readonly words: readonly [number, number, number, number];
  readonly spare: number | null;
}

const seedRule: Rule = (value, path) => {
  if (typeof value !== "string" && !Number.isFinite(value)) throw refuse(path, "a number or a string", value);
};

/**
 * A generator from a seed: sfc32, its state filled from the SHA-256 of the key. 96 bits of seed, so that the many thousand forks
 * of a training run never meet; `createRng("7/noise")` is `createRng(7).fork("noise")`.
 */
export function createRng(seed: number | string): Rng {
  check("createRng", { seed }, { seed: seedRule });
  const key = String(seed);
  const digest = createHash("sha256").update(key).digest();
  const rng = fromState({ key, words: [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), 1], spare: null });
  for (let i = 0; i < 12; i++) rng.uniform();
  return rng;
}

/** Who may not draw now: generators that were made before. */
let barred: { readonly before: number; readonly refuse: () => void } | undefined;
let made = 0;

/**
 * Runs a function that must give the same results whenever it runs: generators that were made before it began may not draw in it.
 * @param refuse throws the error of a draw
 */
export function withoutDraws<T>(run: () => T, refuse: () => never): T {
  const outer = barred;
  barred = { before: made, refuse };
  try {
    return run();
  } finally {
    barred = outer;
  }
}

/** A generator that continues from a {@link Rng.state}. */
export function restoreRng(state: RngState): Rng {
  return fromState(state);
}

function fromState({ key, words, spare: first }: RngState): Rng {
  let [a, b, c, d] = words;
  let spare = first;
  const own = made++;
  /** sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, passes BigCrush. */
  const uniform = () => {
    if (barred !== undefined && own < barred.before) barred.refuse();
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  /** Marsaglia's polar method: two normals a round, the second is kept. */
  const normal = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const r = x * x + y * y;
      if (r > 0 && r < 1) {
        const factor = Math.sqrt((-2 * Math.log(r)) / r);
        spare = y * factor;
        return x * factor;
      }
    }
  };
  const fill = (size: number, draw: () => number) => {
    whole(0)(size, "rng: size");
    const out = new Float32Array(size);
    for (let i = 0; i < size; i++) out[i] = draw();
    return out;
  };
  const integer = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    integer,
    normal,
    normals: (size, deviation = 1) => fill(size, () => normal() * deviation),
    uniforms: (size, low = 0, high = 1) => fill(size, () => low + (high - low) * uniform()),
    shuffle: (items) => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [out[i], out[j]] = [out[j] as (typeof out)[number], out[i] as (typeof out)[number]];
      }
      return out;
    },
    fork: (name) => createRng(`${key}/${name}`),
    state: () => ({ key, words: [a, b, c, d], spare }),
  };
}
