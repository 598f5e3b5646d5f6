import { expect, it } from "vitest";
import { elementTypes } from "./safetensors-types.js";

it("reads every half precision number as its definition says", () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const values = elementTypes.get("F16")!.read(bits.buffer, 0, bits.length).data;
  for (const half of [0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3c01, 0x7bff]) {
    const [sign, exponent, fraction] = [half >> 15, (half >> 10) & 31, half & 1023];
    const plain = (-1) ** sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
    expect(values[half]).toBe(plain);
    expect(values[half | 0x8000]).toBe(-plain);
  }
  expect([values[0x7c00], values[0xfc00], values[0x7e00]]).toEqual([Infinity, -Infinity, NaN]);
  const rising = Array.from(values.slice(0, 0x7c00));
  expect(rising.findIndex((value, half) => half > 0 && !(value > rising[half - 1]!))).toBe(-1);
});

it("reads bfloat16 as the upper half of a float32", () => {
  const wide = Float32Array.of(1, -2.5, 3e38, NaN, -0);
  const upper = Uint16Array.from(new Uint32Array(wide.buffer), (bits) => bits >>> 16);
  const { data } = elementTypes.get("BF16")!.read(upper.buffer, 0, 5);
  expect(Array.from(data.slice(0, 2))).toEqual([1, -2.5]);
  expect(Math.abs(data[2]! / 3e38 - 1)).toBeLessThan(2 ** -7);
  expect(data[3]).toBeNaN();
  expect(Object.is(data[4], -0)).toBe(true);
});
