import { classSizesSection } from "./class-sizes-section.js";
import { classesSection } from "./classes-section.js";
import { decisionsSection } from "./decisions-section.js";
import { falseAlarmsSection } from "./false-alarms-section.js";
import { html, raw } from "./html.js";
import { lossesSection } from "./losses-section.js";
import { metricTableSection } from "./metric-table-section.js";
import type { ReportData } from "./report-data.js";
import { runSection } from "./run-section.js";
import { sliderScript, sliderScriptHash } from "./slider-script.js";
import { style } from "./style.js";
import { summarySection } from "./summary-section.js";
import { worstSection } from "./worst-section.js";

/** Nothing is loaded from anywhere and no script but our own runs, whatever the names in the data are. */
const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${sliderScriptHash}'`;

/** The report as one self-contained HTML file: one small script, no request, light and dark. */
export function renderReport(data: ReportData): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${raw(policy)}" />
        <title>${data.dataset}: LTAD report</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          ${summarySection(data)} ${decisionsSection(data)} ${worstSection(data)} ${classSizesSection(data)} ${metricTableSection(data)}
          ${falseAlarmsSection(data)} ${classesSection(data)} ${lossesSection(data)} ${runSection(data)}
        </main>
        ${raw(`<script>${sliderScript}</script>`)}
      </body>
    </html> `.markup;
}
