import { expect, it } from "vitest";
import { plainBrackets } from "./plain-brackets.js";

it.each([
  ["  /** [B, channels]: its mean over the grid. */", "  /** \\[B, channels]: its mean over the grid. */"],
  [" * @returns RGBA, [H*W*4]", " * @returns RGBA, [H\\*W\\*4]"],
  [" * in code `[H*W]`, and [H*W]", " * in code `[H*W]`, and [H\\*W]"],
  [" * **bold** and a * b", " * **bold** and a * b"],
])("plainBrackets leaves shapes as they are: %s", (line, expected) => {
  expect(plainBrackets(line)).toBe(expected);
});
