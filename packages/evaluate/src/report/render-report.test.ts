import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { renderReport } from "./render-report.js";
import type { ClassReport, ReportData } from "./report-data.js";

const hostile = `<img src=x onerror=alert(1)> "&' \u202E`;

function report(change: Partial<ReportData> = {}): ReportData {
  const picture = {
    role: "found",
    file: hostile,
    score: 2,
    width: 8,
    height: 6,
    image: "data:image/webp;base64,AA",
    heat: "data:image/webp;base64,BB",
    outline: "M0 0L1 1Z",
  } as const;
  const one: ClassReport = {
    name: hostile,
    majority: true,
    trained: 7,
    good: [1, 1.5],
    defect: [2, Number.NaN],
    limit: 1.2,
    curves: {
      roc: [
        [0, 0],
        [0, 0.5],
        [1, 1],
      ],
      pro: [],
    },
    pictures: [picture, { ...picture, role: "typical", outline: null }],
  };
  const numbers = { image_auroc: 0.91234, image_ap: 0.87654, pixel_auroc: null, "aupro_0.3": 0.4321 };
  const counts = { good: 2, defective: 2, regions: 1, defect_pixels: 9, good_pixels: 99 };
  const interval = { avg: null, high: null, low: null, classes: {} };
  return {
    dataset: hostile,
    made: "2026-11-23T10:00:00.000Z",
    evaluation: {
      protocol: hostile,
      seed: 3,
      counts: { [hostile]: 7 },
      summary: { avg: numbers, high: numbers, low: numbers },
      classes: { [hostile]: numbers },
      timing: { encode: 1 },
      worst: {},
      pooled: numbers,
      pooled_bounds: {},
      test_counts: { [hostile]: counts },
      pooled_counts: counts,
      intervals: { confidence: 0.95, repeats: 100, seed: 3, image_auroc: interval, image_ap: interval },
      reasons: {},
      mean_reasons: {},
      order: [hostile],
      decisions: [
        {
          class: hostile,
          limit: 1.2,
          basis: "promised",
          false_alarm_rate: 0.01,
          good: 2,
          false_alarms: 1,
          defective: 2,
          missed_defects: 0,
          shift_p_value: 0.5,
          is_shifted: false,
          false_alarm_p_value: 0.02,
          is_exceeded: false,
        },
      ],
      false_alarm_check: { stated: 0.01, good: 2, false_alarms: 1, p_value: 0.02, is_exceeded: true },
      calibration: {
        [hostile]: {
          calibrationImages: 30,
          rates: [{ stated: 0.1, threshold: 1.25, observed: { value: 0.5 }, images: 2 }],
          error: { value: 0.4 },
        },
      },
    },
    classes: [one],
    worst: { missed: [{ ...picture, role: "missed", class: hostile }], alarms: [] },
    history: {
      phase1: [
        { step: 0, loss: 2, kl: 1 },
        { step: 1, loss: 1, kl: 0 },
      ],
      [hostile]: [
        { step: 0, [hostile]: 1 },
        { step: 1, [hostile]: 2 },
      ],
    },
    trainingTiming: { phase1: 61 },
    config: hostile,
    commands: [hostile],
    warnings: [hostile],
    versions: { [hostile]: hostile },
    ...change,
  };
}

it("lets no strange text become markup", () => {
  const page = renderReport(report());
  expect(page).not.toMatch(/<img|onerror=alert\(1\)>|\u202e/);
  expect(page.match(/&lt;img src=x/g)?.length).toBeGreaterThan(10);
});

it("is self-contained: one script that the policy names by its content, no address but data", () => {
  const page = renderReport(report());
  const [script, ...more] = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text = ""]) => text);
  expect(more).toEqual([]);
  const hash = createHash("sha256")
    .update(script ?? "")
    .digest("base64");
  expect(page).toContain(`script-src 'sha256-${hash}'"`);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/https?:|src="(?!data:)|url\(|@import/);
  for (const [, href = ""] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(data:|#p\d+-\d+$)/);
  expect(page).toContain("default-src 'none'");
});

it("shows the numbers in percent and a dash for none", () => {
  const page = renderReport(report());
  for (const shown of ["91.2", "87.7", "43.2"]) expect(page).toContain(shown);
  expect(page).toContain("–");
  expect(page).toContain("Phase 1: 2 steps in 1 min 01 s");
  expect(page).not.toMatch(/NaN|undefined|\[object/);
});

it("embeds an image once and shows it twice", () => {
  const page = renderReport(report());
  expect(page.match(/base64,AA/g)).toHaveLength(3); // three pictures
  expect(page).toContain('<use href="#p0-0"');
});

it("shows what the limits do, and the limit on the scores", () => {
  const page = renderReport(report()).replaceAll(/\s+/g, " ");
  expect(page).toContain('<td class="n">at most 1 %</td> <td class="n">1</td> <td class="n">1 (50.0 %)</td> <td class="n">2</td>');
  expect(page).toContain("limit 1.2: 1 of 2 good images NOT OK, 0 of 2 defects missed"); // a score that is no number is not OK
  expect(page).toMatch(/<line class="limit" x1="[\d.]+"/);
  expect(page).toContain("Missed defects, furthest below");
  expect(page).not.toContain("False alarms, furthest above");
  expect(page.match(/<figure class="curve">/g)).toHaveLength(1);
});

it("states no promise where the good test images differ", () => {
  const { evaluation } = report();
  const decisions = evaluation.decisions!.map((one) => ({ ...one, is_shifted: true, shift_p_value: 1e-5 }));
  const page = renderReport(report({ evaluation: { ...evaluation, decisions } }));
  expect(page).toContain('<td class="n">not known</td>');
  expect(page).not.toMatch(/<td class="n">at most/);
});

it("states no promise where there are more false alarms than stated, and says what was observed over all", () => {
  const { evaluation } = report();
  const decisions = evaluation.decisions!.map((one) => ({ ...one, is_exceeded: true }));
  const page = renderReport(report({ evaluation: { ...evaluation, decisions } }));
  expect(page).toContain('<td class="n">more than 1 %</td>');
  expect(page).toContain("All classes: stated 1 %, observed 1 of 2 good test images (p = 0.02), so the stated rate does not hold.");
});

it("shows a model without limits as before", () => {
  const { evaluation, classes } = report();
  const { decisions: _, ...without } = evaluation;
  const { limit: __, ...one } = classes[0]!;
  const page = renderReport(report({ evaluation: without, classes: [one], worst: { missed: [], alarms: [] } }));
  expect(page).not.toMatch(/Decisions at the limits|<input|<line class="limit"|worst mistakes/);
});

it("does without history, pictures, warnings, config", () => {
  const page = renderReport(
    report({ history: {}, classes: [], worst: { missed: [], alarms: [] }, warnings: [], config: "", trainingTiming: {}, versions: {} }),
  );
  expect(page).not.toMatch(/NaN|undefined|Infinity|Before you trust/);
  expect(page).toContain("</html>");
});
