import { float32, int32 } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { checkShapes, encoderId } from "./named-params.js";

describe("checkShapes", () => {
  const shapes = { "a.weight": [2, 3], "a.bias": [3] };
  const good = { "a.weight": float32([2, 3]), "a.bias": float32([3]) };

  it("accepts what fits, in any order", () => {
    expect(() => checkShapes({ "a.bias": float32([3]), "a.weight": float32([2, 3]) }, shapes, "x")).not.toThrow();
  });

  it.each([
    ["a missing one", { "a.weight": float32([2, 3]) }, "a.bias: expected float32 [3], received nothing"],
    ["another shape", { ...good, "a.weight": float32([3, 2]) }, "a.weight: expected float32 [2, 3], received float32 [3, 2]"],
    ["another type", { ...good, "a.bias": int32([3]) }, "a.bias: expected float32 [3], received int32 [3]"],
    ["one too many", { ...good, "b.bias": float32([1]) }, "b.bias: expected no such parameter, received one"],
  ])("names the first fault: %s", (_, named, message) => {
    expect(() => checkShapes(named, shapes, "x@1")).toThrow(
      expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining(`x@1: ${message}`) as string }),
    );
  });
});

describe("encoderId", () => {
  it("depends on graph, names, shapes and numbers", () => {
    const id = encoderId("g/1", { a: float32([2], [1, 2]) });
    expect(encoderId("g/1", { a: float32([2], [1, 2]) })).toBe(id);
    const others = [
      encoderId("g/2", { a: float32([2], [1, 2]) }),
      encoderId("g/1", { b: float32([2], [1, 2]) }),
      encoderId("g/1", { a: float32([2, 1], [1, 2]) }),
      encoderId("g/1", { a: float32([2], [1, 3]) }),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });
});
