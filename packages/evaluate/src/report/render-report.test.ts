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
      calibration: {
        [hostile]: {
          calibrationImages: 30,
          rates: [{ stated: 0.1, threshold: 1.25, observed: { value: 0.5 }, images: 2 }],
          error: { value: 0.4 },
        },
      },
    },
    classes: [one],
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

it("is self-contained: no script, no address but data", () => {
  const page = renderReport(report());
  expect(page).not.toMatch(/<script|https?:|src="(?!data:)|url\(|@import/);
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
  expect(page.match(/base64,AA/g)).toHaveLength(2); // two pictures
  expect(page).toContain('<use href="#p0-0"');
});

it("does without history, pictures, warnings, config", () => {
  const page = renderReport(report({ history: {}, classes: [], warnings: [], config: "", trainingTiming: {}, versions: {} }));
  expect(page).not.toMatch(/NaN|undefined|Infinity|Before you trust/);
  expect(page).toContain("</html>");
});
