import { count, percent, plural } from "@ltad/core/format";
import { html, type Html } from "./html.js";
import type { Evaluation } from "../evaluation.js";
import type { ReportData } from "./report-data.js";

/** Title, the two numbers that matter, and what to know before trusting them. */
export function summarySection({ dataset, made, evaluation, classes, warnings }: ReportData): Html {
  const { protocol, seed } = evaluation;
  const images = classes.reduce((sum, c) => sum + c.trained, 0);
  const tested = classes.reduce((sum, c) => sum + c.good.length + c.defect.length, 0);
  return html`<header>
      <p class="eyebrow">Long-tailed anomaly detection</p>
      <h1>${dataset}</h1>
      <p class="lead">
        One model for ${plural(classes.length, "class", "classes")}, trained on ${plural(images, "good image")} (protocol ${protocol}, seed
        ${seed}), tested on ${count(tested)}. ${day(made)}
      </p>
    </header>
    <div class="tiles">
      ${tile("Image AUROC: is the image defective?", "image_auroc", evaluation)}${tile("Pixel AUROC: where is the defect?", "pixel_auroc", evaluation)}
    </div>
    ${
      warnings.length > 0 &&
      html`<div class="warnings">
        <b>Before you trust these numbers</b>
        <ul>
          ${warnings.map((w) => html`<li>${w}</li>`)}
        </ul>
      </div>`
    }`;
}

function tile(name: string, metric: "image_auroc" | "pixel_auroc", { summary }: Evaluation): Html {
  return html`<div class="tile">
    <div class="name">${name}</div>
    <div class="big">${percent(summary.avg[metric])}<small>%</small></div>
    <div class="sides">
      <span><i class="dot high"></i>High <b>${percent(summary.high[metric])}</b></span
      ><span><i class="dot"></i>Low <b>${percent(summary.low[metric])}</b></span>
    </div>
  </div>`;
}

function day(made: string): string {
  const date = new Date(made);
  return Number.isNaN(date.getTime()) ? "" : `Created on ${date.toISOString().slice(0, 16).replace("T", " at ")} UTC.`;
}
