import { describe, expect, it } from "vitest";
import { float32, int32 } from "./array.js";
import { isLtadError } from "./errors.js";
import { createRng } from "./rng.js";
import { decodeDoubles, decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/** A file with this header and so many zero bytes of data. */
function file(header: unknown, data = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** I64 [1] with 2^32. */
function bigLong(): Uint8Array {
  const bytes = file({ a: entry("I64", [1], [0, 8]) }, 8);
  bytes[bytes.length - 4] = 1;
  return bytes;
}

const entry = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

describe("a round trip", () => {
  const arrays = {
    mask: { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) } as const,
    "layers.0.w": float32([2, 3], [1, -2.5, Number.NaN, Infinity, -0, 1e-40]),
    empty: float32([0, 4]),
    index: int32([2], [-(2 ** 31), 2 ** 31 - 1]),
    scalar: float32([], [7]),
    größe: float32([1], [2]),
    ["__proto__"]: float32([1], [3]),
  };

  it("gives the same arrays in the same order, and the free text", () => {
    const read = decodeSafetensors(encodeSafetensors(arrays, { step: "12", note: 'ä \u0000 "quoted"' }), "x");
    expect(read.arrays).toEqual(arrays);
    expect(Object.keys(read.arrays)).toEqual(Object.keys(arrays));
    expect(read.metadata).toEqual({ step: "12", note: 'ä \u0000 "quoted"' });
  });

  it("reads half precision as float32", () => {
    const half = { dtype: "float16", shape: [2, 2], data: Uint16Array.of(0x3c00, 0xc100, 0x7bff, 0x0001) } as const;
    const { arrays: found } = decodeSafetensors(encodeSafetensors({ half, one: float32([1], [1]) }), "x");
    expect(found["half"]).toEqual(float32([2, 2], [1, -2.5, 65504, 2 ** -24]));
    expect(found["one"]).toEqual(float32([1], [1]));
  });

  it("works for nothing at all, and from the middle of a larger buffer", () => {
    expect(decodeSafetensors(encodeSafetensors({}), "x")).toEqual({ arrays: {}, metadata: {} });
    const bytes = encodeSafetensors(arrays);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3, 3 + bytes.length), "x").arrays).toEqual(arrays);
  });

  it("gives views of the file where the data is aligned, and copies elsewhere", () => {
    const bytes = encodeSafetensors({ a: float32([1], [2]) });
    const shifted = Buffer.concat([Uint8Array.of(0), bytes]).subarray(1);
    expect(shifted.byteOffset % 4).not.toBe(0);
    const [view, copy] = [bytes, shifted].map((file) => decodeSafetensors(file, "x").arrays["a"]?.data);
    bytes.fill(0);
    shifted.fill(0);
    expect(view).toEqual(Float32Array.of(0));
    expect(copy).toEqual(Float32Array.of(2));
  });

  it("writes a view, not the buffer behind it", () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(decodeSafetensors(encodeSafetensors({ view: float32([2], view) }), "x").arrays["view"]?.data).toEqual(Float32Array.of(2, 3));
  });
});

describe("the bytes", () => {
  it("are the format's own: this file was written by Python's safetensors 0.8.0", () => {
    // save({"b": np.array([[1.5, -2]], "f4"), "a": np.array([3], "i4"), "d": np.array([0.1], "f8")}, metadata={"k": "v"})
    const base64 =
      "wAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCJkIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzEsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMTZdfSwiYSI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzE2LDIwXX19ICCamZmZmZm5PwAAwD8AAADAAwAAAA==";
    expect(decodeSafetensors(Buffer.from(base64, "base64"), "x")).toEqual({
      arrays: { d: float32([1], [0.1]), a: int32([1], [3]), b: float32([1, 2], [1.5, -2]) },
      metadata: { k: "v" },
    });
  });

  it("hold half precision and long numbers: this file was written by Python's safetensors 0.8.0 with torch 2.9.1", () => {
    // {"half": tensor([0.1, -2.5, 6e-8, 65504, inf], float16), "brain": tensor([[0.1], [-3e38]], bfloat16), "long": tensor([-5, 2**31 - 1])}
    const base64 =
      "uAAAAAAAAAB7ImxvbmciOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlswLDE2XX0sImJyYWluIjp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbMiwxXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjBdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNV0sImRhdGFfb2Zmc2V0cyI6WzIwLDMwXX19ICAgICAg+/////////////9/AAAAAM09Yv9mLgDBAQD/ewB8";
    expect(decodeSafetensors(Buffer.from(base64, "base64"), "x").arrays).toEqual({
      long: int32([2], [-5, 2 ** 31 - 1]),
      brain: float32([2, 1], [0.10009765625, -3.00405527047391e38]),
      half: float32([5], [0.0999755859375, -2.5, 5.960464477539063e-8, 65504, Infinity]),
    });
  });

  it("tell names apart by what JSON means, not by how it is written", () => {
    const header = '{ "a\\"b:" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]}, "__metadata__":{"k":"\\": {","l":"x"} }';
    expect(decodeSafetensors(file(header, 4), "x")).toEqual({ arrays: { 'a"b:': float32([1]) }, metadata: { k: '": {', l: "x" } });
  });

  it("begin with a padded header, so that the data lies at a multiple of 8", () => {
    for (const name of ["a", "ab", "abc", "abcdefgh"]) {
      const bytes = encodeSafetensors({ [name]: float32([1], [1]) });
      expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
    }
  });
});

describe("encodeSafetensors", () => {
  it("refuses an array that does not fill its shape, and the format's own name", () => {
    expect(() => encodeSafetensors({ a: { dtype: "float32", shape: [3], data: new Float32Array(2) } })).toThrow("a: expected 3 elements");
    expect(() => encodeSafetensors({ __metadata__: float32([1]) })).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
  });
});

describe("decodeSafetensors refuses", () => {
  const two = { a: entry("F32", [1], [0, 4]), b: entry("F32", [1], [4, 8]) };
  const huge = new Uint8Array(64).fill(0xff);

  it.each<[string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "0 bytes"],
    ["a header length of 2^64 - 1", huge, "the header claims"],
    ["a header longer than the file", file({}).subarray(0, 9), "the header claims"],
    ["what is not JSON", file("{"), "not JSON"],
    ["broken UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0x28), "not JSON"],
    ["a list", file([]), "not an object"],
    ["null", file("null"), "not an object"],
    ["an entry that is no object", file({ a: 1 }), "a has no entry"],
    [
      "an unknown type",
      file({ a: entry("F8_E4M3", [2], [0, 2]) }, 2),
      "the type F8_E4M3; expected one of F32, F64, F16, BF16, I64, I32, U8, BOOL",
    ],
    [
      "a name that occurs twice",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      "1 of its names occur twice",
    ],
    ["an I64 that int32 does not hold", bigLong(), "a: the number 4294967296 is too large for int32"],
    ["a type that every object has", file({ a: entry("constructor", [1], [0, 2]) }, 2), "the type constructor"],
    ["a negative axis", file({ a: entry("F32", [-1, -1], [0, 4]) }, 4), "no valid shape"],
    ["a broken axis", file({ a: entry("F32", [0.5, 2], [0, 4]) }, 4), "no valid shape"],
    ["an axis in words", file({ a: entry("F32", ["1"], [0, 4]) }, 4), "no valid shape"],
    ["three offsets", file({ a: entry("F32", [1], [0, 4, 4]) }, 4), "no valid offsets"],
    ["offsets backwards", file({ a: entry("F32", [1], [4, 0]) }, 4), "claims bytes"],
    ["offsets past the end", file({ a: entry("F32", [2], [0, 8]) }, 4), "claims bytes"],
    ["a shape of 2^80 elements", file({ a: entry("F32", [2 ** 40, 2 ** 40], [0, 4]) }, 4), "its shape needs"],
    ["a shape that needs other bytes", file({ a: entry("F32", [2], [0, 4]) }, 4), "its shape needs 8"],
    ["overlapping tensors", file({ ...two, c: entry("F32", [1], [2, 6]) }, 8), "begins at"],
    ["a hole", file({ a: two.a, b: entry("F32", [1], [8, 12]) }, 12), "b begins at 8, expected 4"],
    ["bytes that nobody owns", file(two, 9), "1 bytes belong to no tensor"],
    ["metadata that is no record", file({ __metadata__: "x" }), "metadata"],
    ["metadata that is no text", file({ __metadata__: { step: 3 } }), "metadata"],
  ])("%s", (_, bytes, why) => {
    expect(() => decodeSafetensors(bytes, "w.safetensors")).toThrow(expect.objectContaining({ code: "LTAD_WEIGHTS" }));
    expect(() => decodeSafetensors(bytes, "w.safetensors")).toThrow(why);
    expect(() => decodeSafetensors(bytes, "w.safetensors")).toThrow(/^w\.safetensors: not a readable safetensors file/);
  });

  it("or reads, but never fails in another way: 3000 damaged files", () => {
    const whole = encodeSafetensors({ w: float32([2, 3], [1, 2, 3, 4, 5, 6]), i: int32([1], [9]), s: float32([], [1]) }, { k: "v" });
    const rng = createRng("fuzz");
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = whole.slice(0, rng.uniform() < 0.2 ? rng.integer(whole.length) : whole.length);
      for (let flips = 1 + rng.integer(3); flips > 0 && bytes.length > 0; flips--) bytes[rng.integer(bytes.length)] = rng.integer(256);
      try {
        for (const { shape, data } of Object.values(decodeSafetensors(bytes, "x").arrays)) {
          expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
        }
      } catch (error) {
        if (!isLtadError(error)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(3000);
  });
});

it("keeps float64 arrays in double precision, and reads them as float32 beside others", () => {
  const sum = { dtype: "float64" as const, shape: [2], data: Float64Array.of(1 / 3, 2 ** 40 + 1) };
  const bytes = encodeSafetensors({ odd: { dtype: "bool", shape: [1], data: Uint8Array.of(1) }, sum });
  const within = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3); // a view at an odd place of a larger buffer
  expect(decodeDoubles(within, "sums")).toEqual({ sum: sum.data });
  expect(decodeSafetensors(within, "sums").arrays["sum"]).toEqual({ dtype: "float32", shape: [2], data: Float32Array.from(sum.data) });
  expect(() => decodeDoubles(within.subarray(0, -1), "sums")).toThrow(/^sums: not a readable safetensors file/);
});
