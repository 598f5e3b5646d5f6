import { float32 } from "@ltad/core";
import { expect, it } from "vitest";

it("tests run on the sources of every package, never on a build", () => {
  const stack = (() => {
    try {
      return String(float32([2], [1]).shape);
    } catch (error) {
      return (error as Error).stack;
    }
  })();
  expect(stack).toContain("packages/core/src/array.ts");
});
