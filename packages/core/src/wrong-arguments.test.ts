import { expect, it, vi } from "vitest";
import { oneOf } from "./check.js";
import {
  branchOf,
  createRng,
  decodeText,
  eachAtOnce,
  encodeSafetensors,
  evenly,
  flatten,
  float32,
  foreignFile,
  int32,
  listOf,
  restoreRng,
  sha256,
  unflatten,
} from "./index.js";
import { wrongCalls } from "./testing.js";

const data = new Float32Array([1, 2]);
const isNumber = (value: unknown): value is number => typeof value === "number";
const rng = createRng(1);

it.each([
  ["createRng", createRng, [1]],
  ["float32", float32, [[2], [1, 2]]],
  ["int32", int32, [[2], [1, 2]]],
  ["encodeSafetensors", encodeSafetensors, [{ a: { dtype: "float32", shape: [2], data } }]],
  ["flatten", flatten, [{ a: { b: 1 } }, isNumber]],
  ["unflatten", unflatten, [{ "a.b": 1 }]],
  ["listOf", listOf, [{ 0: 1 }]],
  ["branchOf", branchOf, [{ "a.b": 1 }, "a"]],
  ["evenly", evenly, [[1, 2, 3], 2]],
  ["eachAtOnce", eachAtOnce, [[1, 2, 3], () => Promise.resolve(), { atOnce: 1 }]],
  ["sha256", sha256, ["a"]],
  ["decodeText", decodeText, [Uint8Array.of(97)]],
  ["foreignFile", foreignFile, [Uint8Array.of(97)]],
  ["restoreRng", restoreRng, [rng.state()]],
  ["shuffle", (items: readonly number[]) => rng.shuffle(items), [[1, 2]]],
] as const)("%s refuses what it cannot take in our words", async (name, run, args) => {
  await (run as (...given: unknown[]) => unknown)(...args);
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => !fault.includes("unknown key"))).toEqual([]);
});

it.each([
  ["no seed", () => createRng(undefined as never), "a number or a string"],
  ["a seed that is none", () => createRng(Number.NaN), "a number or a string"],
  ["a negative number of draws", () => createRng(1).normals(-1), "a whole number of 0 or more"],
  ["texts as numbers", () => float32([2], ["1", "x"] as never), "data[0]: expected a number"],
  ["booleans as numbers", () => int32([2], [true, false] as never), "data[0]: expected a number"],
  ["holes", () => float32([2], [1, undefined] as never), "data[1]: expected a number"],
  ["BigInts", () => int32([2], new BigInt64Array(2) as never), "an array of numbers"],
  ["a shape that is none", () => float32(2 as never, data), "shape: expected an array of numbers"],
  [
    "a shape too large for any memory",
    () => float32([1e9, 1e9]),
    "array: expected a shape that fits into memory, received [1000000000, 1000000000].",
  ],
  ["the same of int32", () => int32([1e9, 1e9]), "a shape that fits into memory"],
  ["zeros in a negative shape", () => float32([-1]), "a shape of whole numbers, received [-1]"],
  [
    "a fraction as int32",
    () => int32([3], [1.5, 3e9, Number.NaN]),
    "int32: data[0]: expected a whole number from -2147483648 to 2147483647, received 1.5.",
  ],
  ["more than int32 holds", () => int32([2], [1, 3e9]), "data[1]: expected a whole number"],
  ["no number as int32", () => int32([1], Float64Array.of(Number.NaN)), "data[0]: expected a whole number"],
  ["a draw of NaN", () => rng.integer(Number.NaN), "integer: n: expected a whole number of 1 or more, received NaN."],
  ["a draw below a negative number", () => rng.integer(-5), "received -5."],
  ["a draw from nothing", () => rng.integer(0), "received 0."],
  ["a draw below a fraction", () => rng.integer(2.5), "received 2.5."],
  ["a number to shuffle", () => rng.shuffle(5 as never), "shuffle: items: expected an array, received 5."],
  ["a fork without a name", () => rng.fork(undefined as never), "fork: name: expected a number or a string, received nothing."],
  ["a deviation that is none", () => rng.normals(2, Number.NaN), "normals: deviation: expected a number, received NaN."],
  ["a border as a text", () => rng.uniforms(2, "0" as never), 'uniforms: low: expected a number, received "0".'],
  ["more draws than memory holds", () => rng.uniforms(1e15), "a shape that fits into memory"],
  [
    "the state of another generator",
    () => restoreRng({ key: "1", words: [1, 2], spare: null } as never),
    "words: expected an array of 4 or more",
  ],
  ["no tree", () => flatten(undefined as never, isNumber), "flatten: tree: expected an object, received nothing."],
  ["a branch that is none", () => flatten({ a: { b: null } } as never, isNumber), "flatten: tree.a.b: expected an object, received null."],
  ["no flat tree", () => unflatten(undefined as never), "unflatten: flat: expected an object, received nothing."],
  ["no list", () => listOf(undefined as never), "listOf: branch: expected an object, received nothing."],
  ["no items to pick from", () => evenly(undefined as never, 2), "evenly: items: expected an array, received nothing."],
  ["a part of an item to pick", () => evenly([1, 2, 3], 1.5), "evenly: most: expected a whole number of 0 or more, received 1.5."],
  ["nothing to hash", () => sha256(undefined as never), "sha256: content: expected a Uint8Array or a text, received nothing."],
  ["a text to decode", () => decodeText("a" as never), 'decodeText: bytes: expected a Uint8Array, received "a".'],
  ["a text as the head of a file", () => foreignFile("a" as never), 'foreignFile: head: expected a Uint8Array, received "a".'],
  [
    "a file of another type than it says",
    () => encodeSafetensors({ a: { dtype: "float32", shape: [2], data: new Float64Array(2) as never } }),
    "a.data: expected a Float32Array",
  ],
  [
    "a file of an unknown type",
    () => encodeSafetensors({ a: { dtype: "float8" as never, shape: [2], data } }),
    "dtype: expected one of float32",
  ],
])("refuses %s", (_, run, message) => {
  expect(run).toThrow(expect.objectContaining({ name: "LtadError", message: expect.stringContaining(message) as string }) as Error);
});

it("uses LTAD_SHAPE for arrays and LTAD_CONFIG for numbers", () => {
  for (const run of [
    () => float32([1e9, 1e9]),
    () => int32([1], [0.5]),
    () => flatten(undefined as never, isNumber),
    () => unflatten(undefined as never),
    () => listOf(undefined as never),
    () => evenly(undefined as never, 2),
    () => sha256(undefined as never),
    () => decodeText("a" as never),
    () => foreignFile("a" as never),
    () => rng.shuffle(5 as never),
  ])
    expect(run).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }) as Error);
  for (const run of [() => rng.integer(0), () => evenly([1], -1), () => rng.fork(Number.NaN)])
    expect(run).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }) as Error);
});

it("takes the whole range of int32, and wraps no other array", () => {
  const edges = [-(2 ** 31), -0, 2 ** 31 - 1];
  expect(int32([3], edges).data).toEqual(Int32Array.from(edges));
  expect(int32([3], Float64Array.from(edges)).data).toEqual(Int32Array.from(edges));
});

it.each([0, Number.NaN, -1, 1.5, "2"])("eachAtOnce refuses %j at once, and does no work", async (atOnce) => {
  const work = vi.fn(() => Promise.resolve());
  await expect(eachAtOnce([1, 2, 3], work, { atOnce: atOnce as never })).rejects.toThrow(
    expect.objectContaining({
      code: "LTAD_CONFIG",
      message: expect.stringContaining("options.atOnce: expected a whole number of 1 or more") as string,
    }) as Error,
  );
  expect(work).not.toHaveBeenCalled();
});

it("eachAtOnce names the nearest known option, and what it can iterate over", async () => {
  const work = () => Promise.resolve();
  await expect(eachAtOnce([1], work, { atonce: 1 } as never)).rejects.toThrow(/options\.atonce: unknown\. Did you mean atOnce\?/);
  const refused = { code: "LTAD_SHAPE", message: "eachAtOnce: items: expected items to iterate over, such as an array, received nothing." };
  await expect(eachAtOnce(undefined as never, work)).rejects.toMatchObject(refused);
  await expect(eachAtOnce([1], undefined as never)).rejects.toThrow("work: expected a function");
  expect(await eachAtOnce(new Set([1, 2]), (n) => Promise.resolve(2 * n))).toEqual([2, 4]);
});

it("oneOf names the most similar word", () => {
  const rule = oneOf(["image_auroc", "image_ap"]);
  expect(() => rule("imageauroc", "f: name")).toThrow(
    expect.objectContaining({
      message: 'f: name: expected one of image_auroc, image_ap, received "imageauroc". Did you mean image_auroc?',
      details: expect.objectContaining({ name: "image_auroc" }) as object,
    }) as Error,
  );
  expect(() => rule(7, "f: name")).toThrow(/received 7\.$/);
});
