import { describe, expect, it } from "vitest";
import { expectClose } from "./expect-close.js";
import { createRng, restoreRng, type Rng } from "./rng.js";

const draws = (rng: Rng, n = 8) => Array.from({ length: n }, () => rng.uniform());
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
const correlation = (a: number[], b: number[]) => mean(a.map((v, i) => (v - 0.5) * (b[i]! - 0.5))) * 12;

/** sfc32 as Chris Doty-Humphrey wrote it, in unsigned 32-bit words. */
function sfc32(words: readonly number[]) {
  let [a, b, c, d] = words.map((w) => BigInt.asUintN(32, BigInt(w))) as [bigint, bigint, bigint, bigint];
  const word = (x: bigint) => BigInt.asUintN(32, x);
  return () => {
    const t = word(a + b + d);
    d = word(d + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + t);
    return Number(t);
  };
}

describe("a seed", () => {
  it("means these numbers for ever: checkpoints and data sets depend on them", () => {
    const rng = createRng(7);
    expect(draws(rng, 2)).toEqual([0.0604679211974144, 0.8676429877523333]);
    expect(rng.integer(10)).toBe(8);
    expect(rng.normal()).toBe(1.1269601467855448);
    expect(rng.normals(2)).toEqual(Float32Array.of(-0.7206205725669861, 0.47621849179267883));
    expect(rng.shuffle([1, 2, 3, 4, 5])).toEqual([1, 3, 4, 2, 5]);
    expect(rng.fork("a").uniform()).toBe(0.66486347746104);
  });

  it("drives sfc32 as its author defined it", () => {
    const rng = createRng("reference");
    const plain = sfc32(rng.state().words);
    for (let i = 0; i < 1000; i++) expect(rng.uniform()).toBe(plain() / 2 ** 32);
  });

  it("separates neighbours and takes texts", () => {
    expect(draws(createRng(1))).not.toEqual(draws(createRng(2)));
    expect(draws(createRng("1"))).toEqual(draws(createRng(1)));
    expect(Math.abs(correlation(draws(createRng(1), 20_000), draws(createRng(2), 20_000)))).toBeLessThan(0.03);
  });
});

describe("the distributions", () => {
  const n = 100_000;

  it("uniforms fill [low, high) evenly", () => {
    const values = createRng(3).uniforms(n, -2, 6);
    const counts = new Array<number>(16).fill(0);
    for (const v of values) counts[Math.floor((v + 2) * 2)]!++;
    const expected = n / 16;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
    expect(counts).toHaveLength(16);
  });

  it("normals have the moments and the tails of a standard normal", () => {
    const x = Array.from(createRng(4).normals(n));
    const moment = (k: number) => mean(x.map((v) => v ** k));
    expectClose([1, 2, 3, 4].map(moment), [0, 1, 0, 3], { rtol: 0.03, atol: 0.03 }, "moments");
    const beyond = (z: number) => x.filter((v) => Math.abs(v) > z).length / n;
    expectClose([beyond(1), beyond(2), beyond(3)], [0.3173, 0.0455, 0.0027], { rtol: 0.2, atol: 0 }, "tails");
    expect(createRng(4).normals(3, 2)).toEqual(Float32Array.from(x.slice(0, 3), (v) => v * 2));
  });

  it("integers cover [0, n) and nothing else", () => {
    const rng = createRng(5);
    const seen = new Set(Array.from({ length: 400 }, () => rng.integer(7)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(rng.integer(1)).toBe(0);
  });

  it("shuffles give every order equally often and leave the argument alone", () => {
    const rng = createRng(6);
    const items = ["a", "b", "c"] as const;
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = rng.shuffle(items).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130); // 4.5 deviations
    expect(items).toEqual(["a", "b", "c"]);
    expect(rng.shuffle([])).toEqual([]);
  });
});

describe("fork", () => {
  it("does not depend on what was drawn before, nor move what is drawn after", () => {
    const [drawn, fresh] = [createRng(8), createRng(8)];
    draws(drawn);
    expect(draws(drawn.fork("noise"))).toEqual(draws(fresh.fork("noise")));
    draws(fresh);
    expect(draws(drawn)).toEqual(draws(fresh));
  });

  it("gives streams of their own", () => {
    const streams = ["a", "b", 0, 1].map((name) => draws(createRng(9).fork(name), 20_000));
    streams.push(draws(createRng(9), 20_000), draws(createRng(9).fork("a").fork("b"), 20_000));
    for (const [i, a] of streams.entries()) {
      for (const b of streams.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.035); // 5 deviations
    }
  });

  it("does not repeat a stream among 20,000 forks", () => {
    const rng = createRng(10);
    const starts = Array.from({ length: 20_000 }, (_, i) => rng.fork(i).state().words.join());
    expect(new Set(starts).size).toBe(starts.length);
  });
});

describe("state and restoreRng", () => {
  it("go on exactly, in the middle of a pair of normals too, and with the same forks", () => {
    const rng = createRng(11);
    rng.normal();
    const copy = restoreRng(JSON.parse(JSON.stringify(rng.state())) as ReturnType<Rng["state"]>);
    const go = (r: Rng) => [r.normal(), r.normal(), r.uniform(), r.integer(1000), ...r.fork("x").shuffle([1, 2, 3, 4])];
    expect(go(copy)).toEqual(go(rng));
    expect(copy.state()).toEqual(rng.state());
  });
});
