import { plural, seconds } from "@ltad/core/format";
import { html, type Html } from "./html.js";
import { lineChart, type Series } from "./line-chart.js";
import type { HistoryPoint, ReportData } from "./report-data.js";

const titles: Readonly<Record<string, string>> = {
  phase1: "Phase 1: learned class names and synthesis",
  phase2: "Phase 2: reconstruction and semantics",
};

/** The parts of a loss, in the order of their colours; what else a history holds would crowd the axis. */
const parts = ["loss", "reconstruction", "kl", "semantic"];

/** Losses of both phases by step. */
export function lossesSection({ history, trainingTiming }: ReportData): Html | null {
  const charts = Object.entries(history).flatMap(([phase, points]) => lineChart(titles[phase] ?? phase, seriesOf(points)) ?? []);
  if (charts.length === 0) return null;
  return html`<section>
    <h2>Training</h2>
    <div class="charts">${charts}</div>
    ${learned(history, trainingTiming)}
  </section>`;
}

function learned(history: ReportData["history"], timing: ReportData["trainingTiming"]): Html {
  const phases = Object.entries(history).map(([phase, points]) => {
    const time = timing[phase];
    const steps = plural((points.at(-1)?.["step"] ?? points.length - 1) + 1, "step");
    return `${titles[phase]?.split(":")[0] ?? phase}: ${steps}${time === undefined ? "" : ` in ${seconds(time)}`}`;
  });
  return html`<p class="legend">${phases.map((part) => html`<span>${part}</span>`)}</p>`;
}

function seriesOf(points: readonly HistoryPoint[]): Series[] {
  const there = [...new Set(points.flatMap((point) => Object.keys(point)))].filter((name) => name !== "step");
  const known = parts.filter((name) => there.includes(name));
  const names = known.length > 0 ? known : there.slice(0, parts.length);
  return names.map((name) => ({
    name: name.replaceAll("_", " "),
    points: points.flatMap((point, i) => (point[name] === undefined ? [] : [[point["step"] ?? i, point[name]] as const])),
  }));
}
