import { type FalseAlarms, statedRates } from "../false-alarms/false-alarms.js";
import { count, percent, short } from "@ltad/core/format";
import { ownOf } from "../own-of.js";
import { html, type Html } from "./html.js";
import type { ReportData } from "./report-data.js";

/** The threshold of each class for each stated false-alarm rate, and the rate that good test images showed. Nothing without calibration images. */
export function falseAlarmsSection({ evaluation: { calibration }, classes }: ReportData): Html {
  if (!calibration) return html``;
  return html`<section>
    <h2>False alarms</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Class</th>
            <th class="n">Calibration images</th>
            <th class="n">Good test images</th>
            ${statedRates.map((rate) => html`<th class="n">Stated ${100 * rate} %</th>`)}
          </tr>
        </thead>
        <tbody class="rest">
          ${classes.flatMap(({ name }) => {
            const own = ownOf(calibration, name);
            return own ? [row(name, own)] : [];
          })}
        </tbody>
      </table>
    </div>
    <p class="legend">
      Share of good test images, in percent, above the threshold in brackets. Each threshold comes from good images that were not trained
      on, and never from test images; a rate of 1 % needs 99 of them.
    </p>
  </section>`;
}

function row(name: string, { rates, calibrationImages }: FalseAlarms[string]): Html {
  return html`<tr>
    <td class="name">${name}</td>
    <td class="n">${count(calibrationImages)}</td>
    <td class="n">${count(rates[0]?.images ?? 0)}</td>
    ${rates.map(
      ({ threshold, observed }) =>
        html`<td class="n">${threshold === null ? "–" : `${percent(observed.value)} (${short(threshold)})`}</td>`,
    )}
  </tr>`;
}
