import { describe, expect, it } from "vitest";
import type { ClassDecision } from "./class-decisions.js";
import { decisionWarnings } from "./decision-warnings.js";
import { promiseOf } from "./promise-of.js";
import { checkRates, ratePValue } from "./rate-check.js";

const decision = (change: Partial<ClassDecision> = {}): ClassDecision => ({
  class: "tile",
  limit: 1,
  basis: "promised",
  false_alarm_rate: 0.01,
  good: 20,
  false_alarms: 0,
  defective: 0,
  missed_defects: 0,
  shift_p_value: 0.5,
  is_shifted: false,
  false_alarm_p_value: 1,
  is_exceeded: false,
  ...change,
});
const manifest = { classes: [{ name: "tile" }], decision: { classes: [{}] } } as never;

describe("ratePValue", () => {
  it("is how often chance gives so many false alarms", () => {
    expect(ratePValue(decision({ false_alarms: 1, good: 1 }))).toBeCloseTo(0.01, 12);
    expect(ratePValue(decision())).toBe(1);
  });

  it("tests no limit that was set by hand, none of which nothing is known, and none without good images", () => {
    expect(ratePValue(decision({ basis: "estimated", false_alarm_rate: 1, false_alarms: 20 }))).toBeNull();
    expect(promiseOf(decision({ basis: "estimated", false_alarm_rate: 1 }))).toBe("not known");
    expect(ratePValue(decision({ basis: "set" }))).toBeNull();
    expect(ratePValue(decision({ good: 0 }))).toBeNull();
  });
});

describe("checkRates", () => {
  it("finds over all classes what no class shows alone", () => {
    const classes = Array.from({ length: 6 }, () => decision({ false_alarms: 1 }));
    expect(checkRates(classes)).toMatchObject({ good: 120, false_alarms: 6, is_exceeded: true });
    expect(checkRates(classes)!.stated).toBeCloseTo(0.01, 12);
    expect(checkRates([decision({ false_alarms: 1 })])).toMatchObject({ is_exceeded: false });
  });

  it("leaves classes out that state no rate", () => {
    expect(checkRates([decision({ basis: "set", false_alarms: 20 })])).toBeUndefined();
    expect(checkRates([decision(), decision({ basis: "set", false_alarms: 20 })])).toMatchObject({ good: 20, is_exceeded: false });
  });
});

describe("decisionWarnings", () => {
  const exceeded = decision({ good: 60, false_alarms: 9, false_alarm_p_value: 9e-9, is_exceeded: true });

  it("says what was stated and what was observed, and what to do", () => {
    expect(decisionWarnings([exceeded], manifest)).toEqual([
      "tile: the false-alarm rate does not hold: stated 1 %, observed 9 of 60 good test images (p < 0.001); recalibrate with `ltad limits --from`. Until then no false-alarm rate is promised for this class.",
    ]);
  });

  it("adds it to what it says of images that differ, and says the sum over classes", () => {
    const said = decisionWarnings([{ ...exceeded, is_shifted: true, shift_p_value: 0.0001 }, decision({ class: "nut" })], manifest);
    expect(said).toEqual([
      expect.stringMatching(/^tile: your good test images differ from your good training images: p < 0\.001; .* observed 9 of 60/),
      expect.stringMatching(/^All classes: the false-alarm rate does not hold: stated 1 %, observed 9 of 80/),
    ]);
  });

  it("says nothing where the rates hold", () => {
    expect(decisionWarnings([decision(), decision({ good: 100, false_alarms: 1, false_alarm_p_value: 0.63 })], manifest)).toEqual([]);
  });
});
