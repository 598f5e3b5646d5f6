import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { auroc } from "../image/auroc.js";
import { averagePrecision } from "../image/average-precision.js";
import { goldenJson } from "../testing/golden.js";
import { delongTest } from "./delong.js";
import { normalTwoSided } from "./normal.js";
import { pairedBootstrap } from "./paired-bootstrap.js";

interface Case {
  readonly a: number[];
  readonly b: number[];
  readonly labels: number[];
  readonly expected: { auroc_a: number; auroc_b: number; difference: number; standard_error: number; p_value: number };
}
const { delong, normal } = goldenJson("compare.json") as { delong: Record<string, Case>; normal: { z: number; p: number }[] };
const paired = ({ a, b, labels }: Case) => ({ a, b, isAnomaly: labels });

it("normalTwoSided equals scipy's", () => {
  for (const { z, p } of normal) expectClose([normalTwoSided(z), normalTwoSided(-z)], [p, p], { rtol: 1e-12, atol: 0 }, `z = ${z}`);
});

describe("delongTest", () => {
  it.each(Object.entries(delong))("equals the plain definition: %s", (_, one) => {
    const { aurocA, aurocB, difference, standardError, pValue, interval } = delongTest(paired(one));
    const { auroc_a, auroc_b, difference: d, standard_error, p_value } = one.expected;
    expectClose([aurocA, aurocB, difference, standardError, pValue], [auroc_a, auroc_b, d, standard_error, p_value], {
      rtol: 1e-10,
      atol: 1e-14,
    });
    expectClose([interval.low + interval.high], [2 * d], { rtol: 1e-9, atol: 1e-12 });
  });

  it("finds no difference between a model and itself, nor after a monotone transform; turns its sign when the models change places", () => {
    const one = delong["many"]!;
    expect(delongTest({ a: one.a, b: one.a.map(Math.exp), isAnomaly: one.labels })).toMatchObject({
      difference: 0,
      standardError: 0,
      pValue: 1,
    });
    const [there, back] = [delongTest(paired(one)), delongTest({ a: one.b, b: one.a, isAnomaly: one.labels })];
    expectClose([back.difference, back.pValue], [-there.difference, there.pValue], { rtol: 1e-12, atol: 0 });
  });

  it("refuses what is not paired, and scores that are not finite, by name", () => {
    expect(() => delongTest({ a: [1, 2], b: [1], isAnomaly: [0, 1] })).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
    const names = ["x.png", "y.png"];
    expect(() => delongTest({ a: [1, 2], b: [1, Number.NaN], isAnomaly: [0, 1], names })).toThrow(/^y.png: its score is NaN/);
    expect(() => delongTest({ a: [1, 2], b: [2, 1], isAnomaly: [0, 0] })).toThrow(
      expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" }),
    );
  });
});

describe("pairedBootstrap", () => {
  const many = delong["many"]!;

  it("agrees with DeLong where both apply", () => {
    const [boot, test] = [pairedBootstrap(paired(many), auroc, { rng: createRng(1) }), delongTest(paired(many))];
    expect(boot.difference).toBeCloseTo(test.difference, 14);
    expectClose([boot.interval.low, boot.interval.high], [test.interval.low, test.interval.high], { rtol: 0, atol: 0.01 });
    expect(Math.abs(boot.pValue - test.pValue)).toBeLessThan(0.03);
  });

  it("gives the same numbers with the same seed, others with another, for any metric", () => {
    const run = (seed: number) => pairedBootstrap(paired(many), averagePrecision, { rng: createRng(seed), repeats: 200 });
    expect(run(3)).toEqual(run(3));
    expect(run(4)).not.toEqual(run(3));
  });

  it("finds nothing between a model and itself, and certainty between the best and the worst", () => {
    const labels = [...Array(12).keys()].map((i) => i % 2);
    const rng = createRng(2);
    expect(pairedBootstrap({ a: many.a, b: many.a, isAnomaly: many.labels }, auroc, { rng, repeats: 100 })).toEqual({
      difference: 0,
      interval: { low: 0, high: 0 },
      pValue: 1,
    });
    expect(pairedBootstrap({ a: labels.map((l) => -l), b: labels, isAnomaly: labels }, auroc, { rng, repeats: 100 })).toMatchObject({
      difference: 1,
      pValue: 0.01,
    });
  });

  it("refuses too few repeats", () => {
    expect(() => pairedBootstrap(paired(many), auroc, { rng: createRng(1), repeats: 10 })).toThrow(
      expect.objectContaining({ code: "LTAD_CONFIG" }),
    );
  });
});
