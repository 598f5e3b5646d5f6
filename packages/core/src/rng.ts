import { createHash } from "node:crypto";
import { float32 } from "./array.js";
import { fields } from "./check/fields.js";
import { arrayLike } from "./check/numbers.js";
import { check, listOf, refuse, type Rule } from "./check/rule.js";
import { number, string, whole } from "./check/simple.js";

/**
 * A seeded source of random numbers. The same seed and the same calls give the same numbers on every machine.
 * Its methods throw LtadError `LTAD_CONFIG` for a number out of range, and `LTAD_SHAPE` for items that are no array.
 */
export interface Rng {
  /** A uniform number in [0, 1), with 32 random bits. */
  uniform(): number;
  /** A whole number in [0, n), each equally likely; n is a whole number of 1 or more. */
  integer(n: number): number;
  /** A standard normal number. */
  normal(): number;
  /** An array of `size` normal numbers with mean 0 and this standard deviation, 1 by default. */
  normals(size: number, deviation?: number): Float32Array;
  /** An array of `size` uniform numbers in [low, high); [0, 1) by default. */
  uniforms(size: number, low?: number, high?: number): Float32Array;
  /** A shuffled copy, by the algorithm of Fisher and Yates. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent generator for one purpose, so that a new draw in one place does not change the numbers in another. It depends on the seed and the name only. */
  fork(name: string | number): Rng;
  /** The current state, from which {@link restoreRng} continues. */
  state(): RngState;
}

/** The state of a generator, for checkpoints: its key, four words, and the second number of a pair of normals that is still unused. */
export interface RngState {
  readonly key: string;
  readonly words: readonly [number, number, number, number];
  readonly spare: number | null;
}

const seedRule: Rule = (value, path) => {
  if (typeof value !== "string" && !Number.isFinite(value)) throw refuse(path, "a number or a string", value);
};

/**
 * A generator from a seed: sfc32, whose state comes from the SHA-256 of the seed as text. It uses 96 bits of the hash, so that the many
 * thousand forks of a training run do not collide. `createRng("7/noise")` is the same as `createRng(7).fork("noise")`.
 * @throws LtadError `LTAD_CONFIG` when the seed is neither a finite number nor a string
 */
export function createRng(seed: number | string): Rng {
  check("createRng", { seed }, { seed: seedRule });
  const key = String(seed);
  const digest = createHash("sha256").update(key).digest();
  const rng = fromState({ key, words: [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), 1], spare: null });
  for (let i = 0; i < 12; i++) rng.uniform();
  return rng;
}

/** While this is set, generators created before number `before` may not draw. */
let barred: { readonly before: number; readonly refuse: () => void } | undefined;
let made = 0;

/**
 * Runs a function that must return the same results whenever it runs, so generators created before it may not draw inside it.
 * @param refuse is called for such a draw, and throws the error
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

const stateRule = fields({
  key: string,
  words: listOf(whole(-(2 ** 31), 2 ** 31 - 1), 4),
  spare: (value, path) => (value === null ? undefined : number()(value, path)),
});

/** A generator that continues where {@link Rng.state} was taken. @throws LtadError `LTAD_CONFIG` for what is no such state */
export function restoreRng(state: RngState): Rng {
  check("restoreRng", { state }, { state: stateRule });
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
  /** Marsaglia's polar method: each round gives two normals, of which the second is kept for the next call. */
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
    const out = float32([size]).data;
    for (let i = 0; i < size; i++) out[i] = draw();
    return out;
  };
  const integer = (n: number) => {
    if (!(Number.isSafeInteger(n) && n >= 1)) throw refuse("integer: n", "a whole number of 1 or more", n); // no rule: inner loops call this
    return Math.floor(uniform() * n);
  };
  return {
    uniform,
    integer,
    normal,
    normals: (size, deviation = 1) => {
      number()(deviation, "normals: deviation");
      return fill(size, () => normal() * deviation);
    },
    uniforms: (size, low = 0, high = 1) => {
      check("uniforms", { low, high }, { low: number(), high: number() });
      return fill(size, () => low + (high - low) * uniform());
    },
    shuffle: (items) => {
      arrayLike(items, "shuffle: items");
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [out[i], out[j]] = [out[j] as (typeof out)[number], out[i] as (typeof out)[number]];
      }
      return out;
    },
    fork: (name) => {
      seedRule(name, "fork: name");
      return createRng(`${key}/${name}`);
    },
    state: () => ({ key, words: [a, b, c, d], spare }),
  };
}
