import { expect, it } from "vitest";
import { pValueWords } from "./words.js";

it.each([
  [1 / 128, "Fewer than 1 % of good images score this high or higher (p = 0.0078)."],
  [0.01, "About 1 % of good images score this high or higher (p = 0.010)."],
  [0.0313, "About 3 % of good images score this high or higher (p = 0.031)."],
  [0.7816, "About 78 % of good images score this high or higher (p = 0.78)."],
  [1, "Nearly all good images score this high or higher (p = 1.0)."],
])("says a p-value of %d in words", (p, words) => {
  expect(pValueWords(p)).toBe(words);
});
