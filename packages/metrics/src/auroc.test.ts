import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createRng, floats, readSafetensors } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { auroc } from "./auroc.js";

const fixtures = fileURLToPath(new URL("__fixtures__/", import.meta.url));
const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(fixtures + file, "utf8"));
interface Case {
  readonly name: string;
  readonly scores: (number | string)[];
  readonly labels: number[];
  readonly auroc: number | null;
}
const { cases, invalid } = (await read("image.json")) as { cases: Case[]; invalid: Case[] };
const large = (await read("image_large.json")) as Record<string, number>;
const arrays = (await readSafetensors(`${fixtures}image_large.safetensors`)).arrays;

describe("auroc equals scikit-learn", () => {
  it.each(cases.filter((c) => c.auroc !== null))("$name", ({ name, scores, labels, auroc: expected }) => {
    expectClose([auroc(scores.map(Number), labels)], [expected as number], { rtol: 1e-12, atol: 0 }, name);
  });

  it.each(cases.filter((c) => c.auroc === null))("undefined: $name", ({ scores, labels }) => {
    expect(() => auroc(scores.map(Number), labels)).toThrow(expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" }));
  });

  it.each(Object.entries(large))("%s", (name, expected) => {
    expectClose(
      [auroc(floats(arrays[`${name}.scores`], name), arrays[`${name}.labels`]?.data as Uint8Array)],
      [expected],
      { rtol: 1e-12, atol: 0 },
      name,
    );
  });

  it.each(invalid)("refuses $name", ({ scores, labels }) => {
    expect(() => auroc(scores.map(Number), labels)).toThrow(expect.objectContaining({ name: "LtadError" }));
  });
});

describe("auroc", () => {
  const rng = createRng(20);
  const draws = Array.from({ length: 300 }, () => {
    const n = 2 + rng.integer(9);
    const labels = rng.shuffle(Array.from({ length: n }, (_, i) => i === 0 || (i > 1 && rng.uniform() < 0.5)));
    return { scores: Array.from({ length: n }, () => rng.integer(5) - 2), labels };
  });

  it("is the share of pairs that are in order, ties one half", () => {
    for (const { scores, labels } of draws)
      expectClose([auroc(scores, labels)], [byPairs(scores, labels)], { rtol: 1e-14, atol: 0 }, JSON.stringify({ scores, labels }));
  });

  it("does not change with the order of samples or a monotone transform; negation gives the complement", () => {
    for (const { scores, labels } of draws) {
      const expected = auroc(scores, labels);
      const shuffled = rng.shuffle(scores.map((_, i) => i));
      expect(
        auroc(
          shuffled.map((i) => scores[i] as number),
          shuffled.map((i) => labels[i] as boolean),
        ),
      ).toBe(expected);
      expect(
        auroc(
          scores.map((s) => Math.exp(s) * 1e-30),
          labels,
        ),
      ).toBe(expected);
      expectClose(
        [
          auroc(
            scores.map((s) => -s),
            labels,
          ),
        ],
        [1 - expected],
        { rtol: 0, atol: 1e-15 },
        "complement",
      );
    }
  });

  it("takes the two zeros as one", () => {
    expect(auroc([-0, 0], [0, 1])).toBe(0.5);
    expect(auroc([0, -0], [0, 1])).toBe(0.5);
  });

  it("names the sample that is not finite, and says what is missing", () => {
    expect(() => auroc([1, Number.NaN], [0, 1], ["a.png", "b.png"])).toThrow(
      "auroc: the score of b.png is NaN; scores must be finite numbers.",
    );
    expect(() => auroc([Infinity, 2], [0, 1])).toThrow(/sample 0 is Infinity/);
    expect(() => auroc([1, 2], [0, 0])).toThrow("auroc: none of the 2 samples is anomalous; it needs both good and anomalous samples.");
  });
});

function byPairs(scores: readonly number[], labels: readonly boolean[]): number {
  const of = (label: boolean) => scores.filter((_, i) => labels[i] === label);
  const points = of(true).flatMap((p) => of(false).map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
  return points.reduce((a: number, b) => a + b, 0) / points.length;
}
