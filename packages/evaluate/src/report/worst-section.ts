import { html, type Html } from "./html.js";
import { pictureFigure } from "./picture-figure.js";
import type { ReportData, WorstReport } from "./report-data.js";

/** The ten worst missed defects and the ten worst false alarms; nothing where there are none. */
export function worstSection({ worst, classes }: ReportData): Html | null {
  if (worst.missed.length + worst.alarms.length === 0) return null;
  return html`<section>
    <h2>The worst mistakes</h2>
    ${list("Missed defects, furthest below their limit first", worst.missed, classes.length)}
    ${list("False alarms, furthest above their limit first", worst.alarms, classes.length + 1)}
  </section>`;
}

/** @param part of the names of the pictures in the page */
function list(title: string, pictures: WorstReport["missed"], part: number): Html | null {
  if (pictures.length === 0) return null;
  return html`<h3 class="worst">${title}</h3>
    <div class="pictures">${pictures.map((picture, i) => pictureFigure(picture, `p${part}-${i}`, picture.class))}</div>`;
}
