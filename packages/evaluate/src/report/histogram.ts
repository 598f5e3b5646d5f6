import { short } from "@ltad/core/format";
import { html, type Html } from "./html.js";

const bins = 36;

/** Image scores of good and of defective images on one axis: the further apart, the better. Good grows up, defective grows down. */
export function histogram(good: readonly number[], defect: readonly number[]): Html | null {
  const all = [...good, ...defect].filter(Number.isFinite);
  if (all.length === 0) return null;
  const axis = axisOf(all);
  const tops = [counts(good, axis), counts(defect, axis)] as const;
  const highest = Math.max(...tops.flat());
  return html`<figure class="hist">
    <svg viewBox="0 0 ${bins} 20" preserveAspectRatio="none" role="img" aria-label="image scores of good and defective images">
      ${bars(tops[0], highest, "good", 1)}${bars(tops[1], highest, "defect", -1)}
    </svg>
    <figcaption>
      <span>${short(axis.low)}</span><span><i class="good"></i>good <i class="defect"></i>defect${axis.log && " (log scale)"}</span
      ><span>${short(axis.high)}</span>
    </figcaption>
  </figure>`;
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

function counts(values: readonly number[], { low, high, log }: Axis): number[] {
  const at = (value: number) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const out = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = high > low ? Math.min(bins - 1, Math.floor(bins * at(value))) : Math.floor(bins / 2);
    out[bin] = (out[bin] ?? 0) + 1;
  }
  return out;
}
