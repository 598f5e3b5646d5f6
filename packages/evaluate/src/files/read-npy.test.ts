import { expect, it } from "vitest";
import { npyBytes } from "../testing/npy-bytes.js";
import { readNpy } from "./read-npy.js";

it.each([
  ["<f4", Float32Array.of(1.5, -2, 3e38, 0.25, 5, 6)],
  ["<f8", Float64Array.of(1.5, -2, 1e-3, 0.25, 5, 6)],
  ["<u2", Uint16Array.of(0, 1, 65535, 3, 4, 5)],
  ["|u1", Uint8Array.of(0, 1, 255, 3, 4, 5)],
])("reads %s, with or without an axis of 1 in front", (type, values) => {
  const expected = { width: 3, height: 2, data: Float32Array.from(values) };
  expect(readNpy(npyBytes([2, 3], values, { type }), "a.npy")).toEqual(expected);
  expect(readNpy(npyBytes([1, 2, 3], values, { type, version: 2 }), "a.npy")).toEqual(expected);
});

it("reads the columns of an array in Fortran order", () => {
  const expected = { width: 3, height: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  for (const shape of [
    [2, 3],
    [1, 2, 3],
  ])
    expect(readNpy(npyBytes(shape, Float32Array.of(1, 4, 2, 5, 3, 6), { fortran: true }), "a.npy")).toEqual(expected);
});

it("refuses what is no map, and says what to do", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const whole = npyBytes([2, 3], values);
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /this file is empty/],
    [new Uint8Array(3), /not a \.npy file/],
    [new TextEncoder().encode("PK\u0003\u0004 a zip file, as of numpy.savez"), /not a \.npy file/],
    [whole.subarray(0, whole.length - 1), /does not match its header/],
    [npyBytes([6], values), /the shape is \[6\]/],
    [npyBytes([2, 3, 1], values), /the shape is \[2, 3, 1\]/],
    [npyBytes([20_000, 20_000], values), /at most 100000000 pixels/],
    [npyBytes([2, 3], values, { type: "<c8" }), /the type of its values is '<c8'/],
  ];
  for (const [bytes, message] of cases) {
    expect(() => readNpy(bytes, "x.npy")).toThrow(message);
    expect(() => readNpy(bytes, "x.npy")).toThrow(/^x\.npy: .*numpy\.save/);
  }
});
