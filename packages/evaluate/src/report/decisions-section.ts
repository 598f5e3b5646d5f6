import { count, percent, short } from "@ltad/core/format";
import type { ClassDecision } from "../decisions/class-decisions.js";
import { promiseOf } from "../decisions/promise-of.js";
import { observed } from "../decisions/rate-check.js";
import { html, type Html } from "./html.js";
import type { ReportData } from "./report-data.js";

/** What the limits do to the test images of each class. Nothing for a model without limits. */
export function decisionsSection({ evaluation: { decisions, false_alarm_check: check } }: ReportData): Html | null {
  if (!decisions || decisions.length === 0) return null;
  return html`<section>
    <h2>Decisions at the limits</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Class</th>
            <th class="n">Limit</th>
            <th class="n">Good images above it</th>
            <th class="n">Good: OK</th>
            <th class="n">False alarms</th>
            <th class="n">Defects found</th>
            <th class="n">Defects missed</th>
          </tr>
        </thead>
        <tbody class="rest">
          ${decisions.map(row)}
        </tbody>
      </table>
    </div>
    <p class="legend">
      An image above the limit of its class is NOT OK. “At most” is promised by good images of the class that the model did not know, as
      long as new images are like them; “about” is estimated from all classes; “not known”: the good test images differ from the images that
      the limit comes from, or no class has two good images; “more than”: they raise more false alarms than chance would give at the stated
      rate. ${check && `All classes: ${observed(check)}${check.is_exceeded ? ", so the stated rate does not hold" : ""}.`}
    </p>
  </section>`;
}

function row(one: ClassDecision): Html {
  const { class: name, limit, good, false_alarms, defective, missed_defects } = one;
  return html`<tr>
    <td class="name">${name}</td>
    <td class="n">${short(limit)}</td>
    <td class="n">${promiseOf(one)}</td>
    <td class="n">${count(good - false_alarms)}</td>
    <td class="n">${share(false_alarms, good)}</td>
    <td class="n">${count(defective - missed_defects)}</td>
    <td class="n">${share(missed_defects, defective)}</td>
  </tr>`;
}

function share(some: number, all: number): string {
  return all === 0 ? "–" : `${count(some)} (${percent(some / all)} %)`;
}
