import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { type Measure, measure } from "../ranking/measure.js";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";
import { type Expected, goldenArrays, goldenJson } from "../testing/golden.js";
import { auroc } from "./auroc.js";
import { averagePrecision } from "./average-precision.js";
import { precisionRecallCurve, rocCurve } from "./curves.js";
import { f1Max, iouMax } from "./f1-max.js";
import { accuracyAt, confusionAt, fprAtTpr, presortedBad, presortedGood } from "./operating-points.js";

interface Case {
  readonly name: string;
  readonly scores: (number | string)[];
  readonly labels: number[];
  readonly expected: Expected;
  readonly expected_if_rounded_to_float32?: Expected;
  readonly roc?: { thresholds: (number | string)[]; fpr: number[]; tpr: number[] };
  readonly precision_recall?: { thresholds: number[]; precision: number[]; recall: number[] };
}
const { cases, invalid } = goldenJson("image.json") as { cases: Case[]; invalid: Case[] };
const large = goldenJson("image_large.json") as Record<string, Expected>;
const arrays = goldenArrays("image_large.safetensors");
const exactly = { rtol: 1e-10, atol: 0 };

function expectAll(ranking: Ranking, expected: Expected): void {
  const found: Record<keyof Expected, Measure> = {
    auroc: measure(() => auroc(ranking)),
    ap: measure(() => averagePrecision(ranking)),
    f1max: measure(() => f1Max(ranking).value),
    f1max_threshold: measure(() => f1Max(ranking).threshold),
    f1max_lowest_threshold: measure(() => f1Max(ranking).lowestThreshold),
    fpr_at_95_tpr: measure(() => fprAtTpr(ranking, 0.95)),
  };
  const names = Object.keys(found) as (keyof Expected)[];
  const nulls = (of: (name: keyof Expected) => number | null) => names.filter((name) => of(name) === null);
  expect(nulls((name) => found[name].value)).toEqual(nulls((name) => expected[name]));
  const numbers = (of: (name: keyof Expected) => number | null) => names.map((name) => of(name) ?? 0);
  expectClose(
    numbers((name) => found[name].value),
    numbers((name) => expected[name]),
    exactly,
    names.join(", "),
  );
  const thresholds = [found.f1max_threshold.value, found.f1max_lowest_threshold.value];
  expect(thresholds).toEqual([expected.f1max_threshold, expected.f1max_lowest_threshold].map((t) => (t === null ? null : t + 0))); // never -0
}

describe("image metrics equal scikit-learn", () => {
  it.each(cases)("$name", ({ scores, labels, expected }) => {
    expectAll(rank(scores.map(Number), labels), expected);
  });

  it.each(cases.filter((c) => c.expected_if_rounded_to_float32))("$name, scores rounded to float32 by the caller", (c) => {
    expectAll(rank(Float32Array.from(c.scores.map(Number)), c.labels), c.expected_if_rounded_to_float32!);
  });

  it.each(Object.entries(large))("%s", (name, expected) => {
    expectAll(rank(arrays[`${name}.scores`]!, arrays[`${name}.labels`]!), expected);
  });

  it.each(cases.filter((c) => c.roc))("curves of $name", ({ scores, labels, roc, precision_recall }) => {
    const ranking = rank(scores.map(Number), labels);
    const found = rocCurve(ranking);
    expect([...found.thresholds]).toEqual(roc?.thresholds.map((t) => (t === "inf" ? Infinity : Number(t) + 0)));
    expectClose(found.fpr, roc?.fpr ?? [], exactly);
    expectClose(found.tpr, roc?.tpr ?? [], exactly);
    const { thresholds, precision, recall } = precisionRecallCurve(ranking);
    expect([...thresholds]).toEqual([Infinity, ...(precision_recall?.thresholds.map((t) => t + 0).toReversed() ?? [])]);
    expectClose(precision, precision_recall?.precision.toReversed() ?? [], exactly);
    expectClose(recall, precision_recall?.recall.toReversed() ?? [], exactly);
  });

  it.each(invalid)("refuses $name", ({ scores, labels }) => {
    expect(() => auroc(rank(scores.map(Number), labels))).toThrow(expect.objectContaining({ name: "LtadError" }));
  });
});

describe("image metrics on tiny cases", () => {
  const rng = createRng(20);
  const draws = Array.from({ length: 3000 }, () => {
    const n = 2 + rng.integer(9);
    const labels = rng.shuffle(Array.from({ length: n }, (_, i) => i === 0 || (i > 1 && rng.uniform() < 0.5)));
    return { scores: Array.from({ length: n }, () => rng.integer(5) - 2), labels };
  });
  const all = (scores: readonly number[], labels: readonly boolean[]) => {
    const ranking = rank(scores, labels);
    return [
      auroc(ranking),
      averagePrecision(ranking),
      f1Max(ranking).value,
      iouMax(ranking),
      fprAtTpr(ranking, 0.95),
      fprAtTpr(ranking, 0.5),
      presortedGood(ranking, 25),
      presortedBad(ranking, 25),
      accuracyAt(ranking, 0.5),
    ];
  };

  it("are what their definitions say, threshold by threshold", () => {
    for (const { scores, labels } of draws) {
      const words = JSON.stringify({ scores, labels });
      expectClose(all(scores, labels), plainMetrics(scores, labels), { rtol: 1e-13, atol: 1e-15 }, words);
      const { value, threshold, lowestThreshold } = f1Max(rank(scores, labels));
      const reaching = [...new Set(scores)].filter((t) => Math.abs(plainF1(scores, labels, t) - value) < 1e-12);
      expect([threshold, lowestThreshold], words).toEqual([Math.max(...reaching), Math.min(...reaching)]);
    }
  });

  it("do not change with the order of images or a monotone transform", () => {
    for (const { scores, labels } of draws.slice(0, 500)) {
      const order = rng.shuffle(scores.map((_, i) => i));
      const shuffled = all(
        order.map((i) => scores[i]!),
        order.map((i) => labels[i]!),
      );
      expect(shuffled).toEqual(all(scores, labels));
      const grown = scores.map((s) => Math.exp(3 * s) * 1e-30);
      expect(all(grown, labels).slice(0, -1)).toEqual(all(scores, labels).slice(0, -1)); // all but the accuracy at a fixed threshold
    }
  });

  it("do not change when every image is there twice; negation gives the complement of AUROC", () => {
    for (const { scores, labels } of draws.slice(0, 500)) {
      expectClose(all([...scores, ...scores], [...labels, ...labels]), all(scores, labels), { rtol: 1e-13, atol: 0 });
      const turned = auroc(
        rank(
          scores.map((s) => -s),
          labels,
        ),
      );
      expectClose([turned], [1 - auroc(rank(scores, labels))], { rtol: 0, atol: 1e-15 });
    }
  });
});

describe("rank", () => {
  it("names the image that is wrong, and says what is missing", () => {
    expect(() => rank([1, Number.NaN], [0, 1], ["a.png", "b.png"])).toThrow("b.png: its score is NaN; scores must be finite numbers.");
    expect(() => rank([Infinity, 2], [0, 1])).toThrow(/^image 0: its score is Infinity/);
    expect(() => auroc(rank([1, 2], [0, 0]))).toThrow("auroc: none of the 2 images is anomalous; it needs both good and anomalous ones.");
  });
});

describe("operating points", () => {
  const ranking = rank([1, 2, 3, 4, 5, 6], [0, 0, 1, 0, 1, 1]);

  it("count at any threshold, also between scores and outside", () => {
    expect(confusionAt(ranking, 3.5)).toEqual({ truePositives: 2, falsePositives: 1, trueNegatives: 2, falseNegatives: 1 });
    expect(confusionAt(ranking, 3)).toEqual({ truePositives: 3, falsePositives: 1, trueNegatives: 2, falseNegatives: 0 });
    expect(accuracyAt(ranking, 7)).toBe(0.5);
    expect(accuracyAt(ranking, -7)).toBe(0.5);
  });

  it("PGn and PBn: what can be decided without looking", () => {
    expect(presortedGood(ranking, 0)).toBeCloseTo(2 / 3, 15); // good 4 lies above bad 3
    expect(presortedGood(ranking, 34)).toBe(1);
    expect(presortedBad(ranking, 0)).toBeCloseTo(2 / 3, 15);
    expect(presortedBad(ranking, 34)).toBe(1);
  });

  it("refuse rates and thresholds that make no sense", () => {
    for (const wrong of [
      () => fprAtTpr(ranking, 0),
      () => fprAtTpr(ranking, 1.1),
      () => presortedGood(ranking, 100),
      () => accuracyAt(ranking, NaN),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  });
});

function plainMetrics(scores: readonly number[], labels: readonly boolean[]): number[] {
  const of = (label: boolean) => scores.filter((_, i) => labels[i] === label);
  const [bad, good] = [of(true), of(false)];
  const pairs = bad.flatMap((p): number[] => good.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
  const thresholds = [...new Set(scores)].sort((a, b) => b - a);
  const tpr = (t: number) => bad.filter((s) => s >= t).length / bad.length;
  const fpr = (t: number) => good.filter((s) => s >= t).length / good.length;
  const precision = (t: number) => bad.filter((s) => s >= t).length / scores.filter((s) => s >= t).length;
  const f1 = Math.max(...thresholds.map((t) => plainF1(scores, labels, t)));
  const all = [Infinity, ...thresholds];
  return [
    pairs.reduce((a, b) => a + b, 0) / pairs.length,
    thresholds.reduce((sum, t, i) => sum + (tpr(t) - (i === 0 ? 0 : tpr(thresholds[i - 1]!))) * precision(t), 0),
    f1,
    Math.max(...thresholds.map((t) => bad.filter((s) => s >= t).length / (bad.length + good.filter((s) => s >= t).length))),
    Math.min(...thresholds.filter((t) => tpr(t) >= 0.95).map(fpr)),
    Math.min(...thresholds.filter((t) => tpr(t) >= 0.5).map(fpr)),
    Math.max(...all.filter((t) => 1 - tpr(t) <= 0.25).map((t) => 1 - fpr(t))),
    Math.max(...all.filter((t) => fpr(t) <= 0.25).map(tpr)),
    (bad.filter((s) => s >= 0.5).length + good.filter((s) => s < 0.5).length) / scores.length,
  ];
}

function plainF1(scores: readonly number[], labels: readonly boolean[], t: number): number {
  const precision = scores.filter((s, i) => s >= t && labels[i]).length / scores.filter((s) => s >= t).length;
  const recall = scores.filter((s, i) => s >= t && labels[i]).length / labels.filter(Boolean).length;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
