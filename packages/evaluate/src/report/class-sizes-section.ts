import { count } from "@ltad/core/format";
import { html, type Html } from "./html.js";
import type { ReportData } from "./report-data.js";

/** The long tail: training images of each class, from most to least. */
export function classSizesSection({ classes }: ReportData): Html {
  const most = Math.max(1, ...classes.map((c) => c.trained));
  return html`<section>
    <h2>Training images</h2>
    <div class="bars" role="list">
      ${classes.map(
        (c) =>
          html`<span class="label" role="listitem" title="${c.name}">${c.name}</span>
            <span class="track"
              ><i class="bar ${c.majority ? "high" : "low"}" style="width:${((100 * c.trained) / most).toFixed(2)}%"></i
              ><span>${count(c.trained)}</span></span
            >`,
      )}
    </div>
    <p class="legend">
      <span><i class="dot high"></i>High: the classes with the most images</span
      ><span><i class="dot"></i>Low: the other classes, the tail</span>
    </p>
  </section>`;
}
