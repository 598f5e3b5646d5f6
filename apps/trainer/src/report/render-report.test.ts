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
  const aurocs = { image_auroc: 0.91234, pixel_auroc: null };
  return {
    dataset: hostile,
    made: "2026-11-23T10:00:00.000Z",
    evaluation: {
      protocol: hostile,
      seed: 3,
      counts: { [hostile]: 7 },
      summary: { avg: aurocs, high: aurocs, low: aurocs },
      classes: { [hostile]: aurocs },
      timing: { encode: 1 },
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
  expect(page).toContain("91.2");
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
