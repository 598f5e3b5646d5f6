import { line } from "d3-shape";
import type { Curve } from "../decisions/class-curves.js";
import { html, type Html } from "./html.js";

/** A curve of shares: y from 0 to 1, x from 0 to `most`. Nothing without points. */
export function curveChart(title: string, x: string, y: string, curve: Curve, most: number): Html | null {
  if (curve.length < 2) return null;
  const path = line<Curve[number]>(
    (point) => (100 * point[0]) / most,
    (point) => 100 - 100 * point[1],
  )(upTo(curve, most));
  return html`<figure class="curve">
    <figcaption><b>${title}</b></figcaption>
    <svg viewBox="0 0 100 100" role="img" aria-label="${title}: ${y} against ${x}">
      <rect class="frame" x="0" y="0" width="100" height="100" />
      <path class="grid" d="M0 50H100M50 0V100" />
      <path class="line" d="${path?.replace(/(\.\d\d)\d+/g, "$1")}" />
    </svg>
    <p>Across: ${x}, 0 to ${100 * most} %.<br />Up: ${y}, 0 to 100 %.</p>
  </figure>`;
}

/** The part of a curve with x up to `most`; its end is interpolated. */
function upTo(curve: Curve, most: number): Curve {
  const after = curve.findIndex(([x]) => x > most);
  if (after < 0) return curve;
  const [[x0, y0], [x1, y1]] = [curve[after - 1]!, curve[after]!];
  return [...curve.slice(0, after), [most, y0 + ((y1 - y0) * (most - x0)) / (x1 - x0)]];
}
