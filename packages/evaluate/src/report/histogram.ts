import { short } from "@ltad/core/format";
import { html, type Html } from "./html.js";

const bins = 36;

/**
 * Image scores of good and of defective images on one axis: the further apart, the better. Good grows up, defective grows down.
 * @param limit of the class: drawn as a line that a slider moves; the page's script counts what it does
 */
export function histogram(good: readonly number[], defect: readonly number[], limit?: number): Html | null {
  const all = [...good, ...defect].filter(Number.isFinite);
  if (all.length === 0) return null;
  const axis = axisOf(limit === undefined ? all : [...all, limit]);
  const tops = [counts(good, axis), counts(defect, axis)] as const;
  const highest = Math.max(...tops.flat());
  const data = JSON.stringify({ ...axis, good: rounded(good), defect: rounded(defect), bins });
  return html`<figure class="hist" data-scores="${data}">
    <svg viewBox="0 0 ${bins} 20" preserveAspectRatio="none" role="img" aria-label="image scores of good and defective images">
      ${bars(tops[0], highest, "good", 1)}${bars(tops[1], highest, "defect", -1)}${limit !== undefined && limitLine(bins * placeOf(limit, axis))}
    </svg>
    ${limit !== undefined && slider(good, defect, limit, placeOf(limit, axis))}
    <figcaption>
      <span>${short(axis.low)}</span><span><i class="good"></i>good <i class="defect"></i>defect${axis.log && " (log scale)"}</span
      ><span>${short(axis.high)}</span>
    </figcaption>
  </figure>`;
}

function limitLine(x: number): Html {
  return html`<line class="limit" x1="${x.toFixed(2)}" x2="${x.toFixed(2)}" y1="0" y2="20" />`;
}

/** Moves the limit in the page; the model is changed by `ltad limits`. */
function slider(good: readonly number[], defect: readonly number[], limit: number, place: number): Html {
  const above = good.filter((score) => !(score <= limit)).length;
  const missed = defect.filter((score) => score <= limit).length;
  return html`<input type="range" min="0" max="1" step="0.002" value="${place.toFixed(4)}" aria-label="try another limit" />
    <output>limit ${short(limit)}: ${above} of ${good.length} good images NOT OK, ${missed} of ${defect.length} defects missed</output>`;
}

function bars(heights: readonly number[], highest: number, kind: string, direction: 1 | -1): Html[] {
  return heights.flatMap((n, i) => {
    if (n === 0) return [];
    const height = Math.max(0.6, (9.6 * n) / highest);
    const y = direction === 1 ? 9.9 - height : 10.1;
    return [html`<rect class="${kind}" x="${(i + 0.08).toFixed(2)}" width="0.84" y="${y.toFixed(2)}" height="${height.toFixed(2)}" />`];
  });
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** Logarithmic where the scores are positive and span more than a factor of eight. */
function axisOf(values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { low, high, log: low > 0 && high / low > 8 };
}

/** 0 at the left end, 1 at the right. */
function placeOf(value: number, { low, high, log }: Axis): number {
  if (!(high > low)) return 0.5;
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

function counts(values: readonly number[], axis: Axis): number[] {
  const out = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.floor(bins * placeOf(value, axis)));
    out[bin] = (out[bin] ?? 0) + 1;
  }
  return out;
}

/** Short numbers for the page; what is not finite counts as far above every limit. */
function rounded(values: readonly number[]): number[] {
  return values.map((value) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : Number.MAX_VALUE));
}
