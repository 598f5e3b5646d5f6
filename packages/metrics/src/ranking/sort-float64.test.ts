import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { sortFloat64 } from "./sort-float64.js";

const rng = createRng(3);
const sizes = [0, 1, 2, 2047, 2048, 2049, 50_001];
const kinds: Record<string, () => number> = {
  normal: () => rng.normal(),
  "of every size and sign": () => (rng.uniform() - 0.5) * 10 ** (rng.integer(600) - 300),
  "so large that their range overflows": () => (2 * rng.uniform() - 1) * 1.7e308,
  "that differ in the last bits": () => 1 + rng.integer(1000) * 2 ** -52,
  "in one bucket but for one": () => (rng.uniform() < 0.001 ? 1e12 : rng.uniform()),
  equal: () => -7.25,
  subnormal: () => rng.integer(100) * 5e-324,
};

it.each(Object.keys(kinds))("sorts numbers %s as the engine does", (kind) => {
  for (const n of sizes) {
    const values = Float64Array.from({ length: n }, kinds[kind]!);
    expect(sortFloat64(values.slice())).toEqual(values.slice().sort());
  }
});
