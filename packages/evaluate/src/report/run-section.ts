import { seconds } from "@ltad/core/format";
import { html, type Html } from "./html.js";
import type { ReportData } from "./report-data.js";

/** How these numbers were made, and how to reproduce them. */
export function runSection(data: ReportData): Html {
  const { commands, config, versions, trainingTiming, evaluation } = data;
  return html`<section class="end">
    <h2>How to reproduce this report</h2>
    <pre class="commands">${commands.join("\n")}</pre>
    <div class="columns">
      ${facts("Time, training", timed(trainingTiming))}${facts("Time, evaluation", timed(evaluation.timing))}${facts("Versions", versions)}
    </div>
    ${
      config !== "" &&
      html`<details>
        <summary>Resolved config</summary>
        <pre>${config}</pre>
      </details>`
    }
  </section>`;
}

function timed(timing: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(timing).map(([part, value]) => [words(part), seconds(value)]));
}

function facts(title: string, entries: Readonly<Record<string, string>>): Html | null {
  const rows = Object.entries(entries);
  if (rows.length === 0) return null;
  return html`<div>
    <h3>${title}</h3>
    <dl class="facts">
      ${rows.map(
        ([key, value]) =>
          html`<dt>${key}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </div>`;
}

/** "phase1" -> "phase 1", "per_image" -> "per image". */
function words(key: string): string {
  return key
    .replaceAll("_", " ")
    .replace(/([a-z])(\d)/g, "$1 $2")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
