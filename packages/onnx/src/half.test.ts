import { describe, expect, it } from "vitest";
import { fromHalf, toHalf } from "./half.js";

/** By the definition of IEEE 754: sign, exponent, fraction. */
const halfValue = (bits: number) => {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31 ? (fraction ? Number.NaN : Infinity) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
};

describe("toHalf", () => {
  it("keeps every number of half precision", () => {
    const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(halfValue(bits)));
    expect([...toHalf(all.map(halfValue))]).toEqual(all);
    expect(halfValue(toHalf([Number.NaN])[0]!)).toBeNaN();
  });

  it("rounds to the nearest, ties to even, and beyond the largest to infinity", () => {
    for (let bits = 0; bits < 0x7bff; bits += 3) {
      const [low, high] = [halfValue(bits), halfValue(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect([...toHalf([middle, low + (high - low) * 0.49, low + (high - low) * 0.51, -middle])]).toEqual([
        even,
        bits,
        bits + 1,
        even | 0x8000,
      ]);
    }
    expect([...toHalf([65519, 65520, 1e30, -1e30, 2 ** -26, 2 ** -24])]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1]);
  });
});

it("fromHalf gives every number of half precision", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  expect([...fromHalf(all)]).toEqual([...all].map(halfValue));
});
