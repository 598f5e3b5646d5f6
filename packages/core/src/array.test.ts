import { describe, expect, it } from "vitest";
import { bytesOf, float32, floats, int32, scalar, sizeOf } from "./array.js";

describe("sizeOf", () => {
  it("multiplies the axes, and knows the scalar and the empty array", () => {
    expect(sizeOf([2, 3, 5])).toBe(30);
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([7, 0, 3])).toBe(0);
  });
});

describe("float32 and int32", () => {
  it("fill with zeros, copy plain numbers, and keep typed data as it is", () => {
    expect(float32([2, 3]).data).toEqual(new Float32Array(6));
    expect(int32([2], [3, -4])).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(3, -4) });
    const data = Float32Array.of(1, 2);
    expect(float32([2, 1], data).data).toBe(data);
    expect(scalar(0.5)).toEqual({ dtype: "float32", shape: [], data: Float32Array.of(0.5) });
  });

  it.each([
    [[2, 3], 5],
    [[], 0],
    [[0], 1],
  ])("refuse data that does not fill the shape %j", (shape, length) => {
    expect(() => float32(shape, new Float32Array(length))).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
    expect(() => int32(shape, new Int32Array(length))).toThrow(`received ${length}`);
  });

  it.each([[[-1, -2]], [[1.5, 2]], [[Number.NaN]]])("refuse the shape %j", (shape) => {
    expect(() => float32(shape, [1, 2])).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
  });
});

describe("bytesOf", () => {
  it("gives the part of the buffer that the array is, and shares it", () => {
    const array = new Int32Array([1, 2, 3, 4]).subarray(1, 3);
    const bytes = bytesOf(array);
    expect([...bytes]).toEqual([2, 0, 0, 0, 3, 0, 0, 0]);
    bytes[0] = 7;
    expect([...array]).toEqual([7, 3]);
  });
});

describe("floats", () => {
  it("gives the data of a float32 array and names what is none", () => {
    const array = float32([1], [2]);
    expect(floats(array, "x")).toBe(array.data);
    expect(() => floats(int32([1]), "weights")).toThrow("weights: expected a float32 array, received int32.");
    expect(() => floats(undefined, "weights")).toThrow("received nothing");
  });
});
