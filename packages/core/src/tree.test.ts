import { describe, expect, it } from "vitest";
import { flatten, listOf, unflatten } from "./tree.js";

const isNumber = (value: unknown): value is number => typeof value === "number";

describe("flatten and unflatten", () => {
  const tree = { z: 1, layers: { 0: { w: 2, b: 3 }, 1: { w: 4, b: 5 } }, a: 6 };
  const flat = { z: 1, "layers.0.w": 2, "layers.0.b": 3, "layers.1.w": 4, "layers.1.b": 5, a: 6 };

  it("are each other's inverse and keep the order", () => {
    expect(flatten(tree, isNumber)).toEqual(flat);
    expect(Object.keys(flatten(tree, isNumber))).toEqual(Object.keys(flat));
    expect(unflatten(flat)).toEqual(tree);
    expect(flatten(unflatten(flat), isNumber)).toEqual(flat);
  });

  it("know nothing and empty branches", () => {
    expect(flatten({}, isNumber)).toEqual({});
    expect(flatten({ a: {} }, isNumber)).toEqual({});
    expect(unflatten({})).toEqual({});
  });

  it("refuse a name that is leaf and branch at once, in both orders", () => {
    expect(() => unflatten({ a: 1, "a.b": 2 })).toThrow("a.b: expected one leaf or branch");
    expect(() => unflatten({ "a.b": 2, a: 1 })).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
  });

  it("refuse a name with a dot, which would come back as two levels", () => {
    expect(() => flatten({ layers: { "a.b": 1 } }, isNumber)).toThrow("layers.a.b: expected a name without a dot");
  });

  it.each(["__proto__.polluted", "constructor.prototype.polluted", "toString.polluted"])("cannot reach a prototype by %s", (path) => {
    const built = unflatten({ [path]: 1 });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((Object as { polluted?: number }).polluted).toBeUndefined();
    expect(flatten(built, isNumber)).toEqual({ [path]: 1 });
  });
});

describe("listOf", () => {
  it("orders by number, not by text", () => {
    const branch = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`0${i}`.slice(-2), i]).reverse());
    expect(listOf(branch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(listOf({})).toEqual([]);
  });
});
