import { count, percent } from "@ltad/core/format";
import { ownOf } from "../own-of.js";
import { html, type Html } from "./html.js";
import type { NamedMetrics } from "../evaluation.js";
import type { ClassReport, ReportData } from "./report-data.js";

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
            <th class="n">AP</th>
            <th class="n">F1-max</th>
            <th class="n">Pixel AUROC</th>
            <th class="meter" aria-hidden="true"></th>
            <th class="n">AUPRO@0.3</th>
          </tr>
        </thead>
        <tbody class="sum">
          ${row("Avg", "all", "", summary.avg)}${row("High", "high", "", summary.high)}${row("Low", "low", "", summary.low)}
        </tbody>
        <tbody class="rest">
          ${classes.map((c) => classRow(c, ownOf(evaluation.classes, c.name)))}
        </tbody>
      </table>
    </div>
    <p class="legend">
      In percent. AUROC: 50 is chance, 100 is perfect. AP: average precision; F1-max is reached at a threshold found on the test images.
      AUPRO@0.3: overlap with each defect up to 30 % false alarms, with equal weight for all defects. Avg, High and Low are means over
      classes.
    </p>
  </section>`;
}

function classRow(c: ClassReport, metrics: NamedMetrics | undefined): Html {
  return row(
    html`<div><i class="dot ${c.majority ? "high" : "low"}"></i><span>${c.name}</span></div>`,
    c.majority ? "high" : "low",
    count(c.trained),
    metrics,
  );
}

function row(name: Html | string, side: Side, trained: string, metrics: NamedMetrics | undefined): Html {
  return html`<tr>
    <td class="name">${name}</td>
    <td class="n">${trained}</td>
    <td class="n">${percent(metrics?.image_auroc)}</td>
    ${meter(metrics?.image_auroc, side)}
    <td class="n">${percent(metrics?.["image_ap"])}</td>
    <td class="n">${percent(metrics?.["image_f1max"])}</td>
    <td class="n">${percent(metrics?.pixel_auroc)}</td>
    ${meter(metrics?.pixel_auroc, side)}
    <td class="n">${percent(metrics?.["aupro_0.3"])}</td>
  </tr>`;
}

/** From chance to perfect: where the differences are. */
function meter(value: number | null | undefined, side: Side): Html {
  const width = Math.max(0, Math.min(1, ((value ?? 0) - 0.5) * 2)) * 100;
  return html`<td class="meter" aria-hidden="true">
    <span class="rail ${side}"><i style="width:${width.toFixed(1)}%"></i></span>
  </td>`;
}
