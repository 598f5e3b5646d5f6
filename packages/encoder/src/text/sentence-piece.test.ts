import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { sentencePiece, type Vocabulary } from "./sentence-piece.js";

const reserved: Vocabulary = ["?", "<s>", "</s>", "1", "2", "3"].map((piece) => [piece, 0]);
const vocabulary: Vocabulary = [
  ...reserved,
  ["▁", -4],
  ["a", -3],
  ["b", -3.5],
  ["ab", -5],
  ["▁a", -4.5],
  ["ba", -6.1],
  ["🦊", -7],
  ["bab", -7.9],
];
const tokenize = sentencePiece(vocabulary);
const pieces = (text: string) => tokenize(text).map((id) => vocabulary[id]![0]);

/** Every segmentation of a text, tried one after the other; unknown symbols cost 10 more than the worst piece. */
function bestScore(symbols: string[]): number {
  if (symbols.length === 0) return 0;
  let best = -Infinity;
  for (let length = 1; length <= symbols.length; length++) {
    const entry = vocabulary.slice(6).find(([piece]) => piece === symbols.slice(0, length).join(""));
    const score = entry?.[1] ?? (length === 1 ? -17.9 : -Infinity);
    if (score > -Infinity) best = Math.max(best, score + bestScore(symbols.slice(length)));
  }
  return best;
}

describe("sentencePiece", () => {
  it("finds the segmentation with the largest score (all are tried)", () => {
    const rng = createRng("texts");
    for (let i = 0; i < 60; i++) {
      const text = Array.from({ length: 1 + rng.integer(9) }, () => ["a", "a", "b", " ", "🦊", "x"][rng.integer(6)])
        .join("")
        .replace(/x+/g, "x");
      const ids = tokenize(text);
      const found = ids.reduce((sum, id) => sum + (id === 0 ? -17.9 : vocabulary[id]![1]!), 0);
      expectClose([found], [bestScore(Array.from(`▁${text.replaceAll(" ", "▁")}`))], { rtol: 1e-12, atol: 0 }, text);
    }
  });

  it("puts a blank in front, keeps every blank, counts a symbol outside of the first plane as one", () => {
    expect(pieces("a")).toEqual(["▁a"]);
    expect(pieces("b a ")).toEqual(["▁", "b", "▁a", "▁"]);
    expect(pieces("b🦊b")).toEqual(["▁", "b", "🦊", "b"]);
  });

  it("merges unknown symbols that stand together, and goes on behind them", () => {
    expect(tokenize("axyza")).toEqual([10, 0, 7]);
    expect(tokenize("xax")).toEqual([6, 0, 7, 0]);
  });

  it("never reads a reserved piece as text, and normalises to NFKC", () => {
    expect(tokenize("1")).toEqual([6, 0]);
    expect(tokenize("ａ")).toEqual(tokenize("a"));
  });

  it("gives nothing for nothing, and reads long text in one go", () => {
    expect(tokenize("")).toEqual([]);
    expect(tokenize("ab".repeat(20_000)).length).toBeGreaterThan(10_000);
  });

  it("takes the shorter last piece among equal scores", () => {
    const tie: Vocabulary = [...reserved, ["▁", -1], ["a", -1], ["aa", -2]];
    expect(sentencePiece(tie)("aa")).toEqual([6, 7, 7]);
  });
});
