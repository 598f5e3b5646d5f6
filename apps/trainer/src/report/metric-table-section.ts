import { count, percent } from "../numbers.js";
import { html, type Html } from "./html.js";
import type { Aurocs, ClassReport, ReportData } from "./report-data.js";

type Side = "high" | "low" | "all";

/** Avg, High and Low, then every class. */
export function metricTableSection({ evaluation, classes }: ReportData): Html {
  const { summary } = evaluation;
  return html`<section>
    <h2>Results</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Class</th>
            <th class="n">Trained on</th>
            <th class="n">Image AUROC</th>
            <th class="meter" aria-hidden="true"></th>
            <th class="n">Pixel AUROC</th>
            <th class="meter" aria-hidden="true"></th>
          </tr>
        </thead>
        <tbody class="sum">
          ${row("Avg", "all", "", summary.avg)}${row("High", "high", "", summary.high)}${row("Low", "low", "", summary.low)}
        </tbody>
        <tbody class="rest">
          ${classes.map((c) => classRow(c, evaluation.classes[c.name]))}
        </tbody>
      </table>
    </div>
    <p class="legend">Areas under the ROC curve in percent; 50 is chance, 100 perfect. Avg, High and Low are means over classes.</p>
  </section>`;
}

function classRow(c: ClassReport, aurocs: Aurocs | undefined): Html {
  return row(
    html`<div><i class="dot ${c.majority ? "high" : "low"}"></i><span>${c.name}</span></div>`,
    c.majority ? "high" : "low",
    count(c.trained),
    aurocs,
  );
}

function row(name: Html | string, side: Side, trained: string, aurocs: Aurocs | undefined): Html {
  const { image_auroc: image, pixel_auroc: pixel } = aurocs ?? { image_auroc: null, pixel_auroc: null };
  return html`<tr>
    <td class="name">${name}</td>
    <td class="n">${trained}</td>
    <td class="n">${percent(image)}</td>
    ${meter(image, side)}
    <td class="n">${percent(pixel)}</td>
    ${meter(pixel, side)}
  </tr>`;
}

/** From chance to perfect: where the differences are. */
function meter(value: number | null, side: Side): Html {
  const width = Math.max(0, Math.min(1, ((value ?? 0) - 0.5) * 2)) * 100;
  return html`<td class="meter" aria-hidden="true">
    <span class="rail ${side}"><i style="width:${width.toFixed(1)}%"></i></span>
  </td>`;
}
