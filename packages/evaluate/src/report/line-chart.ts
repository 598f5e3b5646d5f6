import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { short } from "@ltad/core/format";
import { html, type Html } from "./html.js";

/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const box = { width: 1000, height: 400 };
const mostPoints = 240;

/**
 * Lines over steps. The drawing stretches with the page while strokes and letters keep their size: lines are SVG with
 * strokes that do not scale, labels are text of the page placed in percent.
 */
export function lineChart(title: string, series: readonly Series[]): Html | null {
  const finite = series.map((s) => ({ ...s, points: s.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)) }));
  const drawn = finite.filter((s) => s.points.length > 1);
  if (drawn.length === 0) return null;
  const x = scaleLinear(extent(drawn.flatMap((s) => s.points.map((p) => p[0]))), [0, box.width]);
  const full = drawn.map((s) => ({ name: s.name, points: thinned(s.points) }));
  const all = full.flatMap((s) => s.points);
  const y = yScale(all.map((p) => p[1]));
  const path = line<readonly [number, number]>(
    (p) => x(p[0]),
    (p) => y.at(p[1]),
  );
  return html`<figure class="chart">
    <figcaption>
      <b>${title}</b>${full.map((s, i) => html`<span class="key s${i}"><i></i>${s.name} <em>${short(last(s.points))}</em></span>`)}
    </figcaption>
    <div class="plot">
      ${y.ticks.map((t) => html`<span class="y" style="top:${percentOf(y.at(t), box.height)}">${short(t)}</span>`)}
      <svg
        viewBox="0 0 ${box.width} ${box.height}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${title}: ${full.map((s) => s.name).join(", ")} by step"
      >
        ${y.ticks.map((t) => html`<line class="grid" x1="0" x2="${box.width}" y1="${y.at(t).toFixed(1)}" y2="${y.at(t).toFixed(1)}" />`)}
        ${full.map((s, i) => html`<path class="line s${i}" d="${path(s.points)?.replace(/(\.\d)\d+/g, "$1")}" />`)}
      </svg>
      ${x.ticks(4).map((t) => html`<span class="x" style="left:${percentOf(x(t), box.width)}">${short(t)}</span>`)}
    </div>
  </figure>`;
}

/** Logarithmic where the values are positive and span more than a factor of 20. */
function yScale(values: readonly number[]): { at(value: number): number; ticks: readonly number[] } {
  const [low, high] = extent(values);
  if (low > 0 && high / low > 20) {
    const scale = scaleLog([low * 0.9, high * 1.1], [box.height, 0]);
    return { at: (value) => scale(value), ticks: roundTicks(scale.ticks(5)) };
  }
  const scale = scaleLinear([Math.min(0, low), high === low ? high + 1 : high], [box.height, 0]).nice(4);
  return { at: (value) => scale(value), ticks: scale.ticks(4) };
}

/** Of the ticks 1, 2, 3 ... 9, 10, 20 ...: powers of ten where there are three, else 1, 2 and 5 as well; at most six. */
function roundTicks(ticks: readonly number[]): readonly number[] {
  const leading = (t: number) => Number(t.toExponential(0).split("e")[0]);
  const powers = ticks.filter((t) => leading(t) === 1);
  const kept = powers.length >= 3 ? powers : ticks.filter((t) => [1, 2, 5].includes(leading(t)));
  const every = Math.ceil(kept.length / 6);
  return kept.filter((_, i) => i % every === 0);
}

/** At most {@link mostPoints} points: means of runs side by side. */
function thinned(points: Series["points"]): Series["points"] {
  const run = Math.ceil(points.length / mostPoints);
  if (run <= 1) return points;
  const runs = Array.from({ length: Math.ceil(points.length / run) }, (_, i) => points.slice(i * run, (i + 1) * run));
  return runs.map((part) => [mean(part.map((p) => p[0])), mean(part.map((p) => p[1]))] as const);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

function last(points: Series["points"]): number {
  return points.at(-1)?.[1] ?? Number.NaN;
}

function percentOf(value: number, all: number): string {
  return `${((100 * value) / all).toFixed(2)}%`;
}
