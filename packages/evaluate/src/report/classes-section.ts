import { count, percent, plural, short } from "@ltad/core/format";
import { histogram } from "./histogram.js";
import { ownOf } from "../own-of.js";
import { html, raw, type Html } from "./html.js";
import type { ClassReport, Picture, PictureRole, ReportData } from "./report-data.js";

const titles: Readonly<Record<PictureRole, string>> = {
  found: "Clearest defect",
  missed: "Most missed defect",
  suspected: "Most suspected good image",
  typical: "Typical good image",
};

/** Per class: how well good and defective images separate, and the best and worst of them. */
export function classesSection({ classes, evaluation }: ReportData): Html {
  const parts = classes.map((c, i) => classPart(c, ownOf(evaluation.classes, c.name), i));
  return html`<section>
    <h2>Class by class</h2>
    <p class="soft">
      Each row shows the test image, the marked defect, and where the model sees an anomaly. All heat maps of a class share one scale.
    </p>
    ${parts}
  </section>`;
}

function classPart(c: ClassReport, aurocs: ReportData["evaluation"]["classes"][string] | undefined, index: number): Html {
  return html`<article class="class">
    <header>
      <div>
        <h3><i class="dot ${c.majority ? "high" : "low"}"></i>${c.name}</h3>
        <p>
          Image <b>${percent(aurocs?.image_auroc)}</b> · pixel <b>${percent(aurocs?.pixel_auroc)}</b> · trained on
          ${plural(c.trained, "image")}, tested on ${count(c.good.length)} good and ${count(c.defect.length)} defective
        </p>
      </div>
      ${histogram(c.good, c.defect)}
    </header>
    <div class="pictures">${c.pictures.map((picture, i) => figure(picture, `p${index}-${i}`))}</div>
  </article>`;
}

function figure(picture: Picture, id: string): Html {
  const { role, file, score, width, height } = picture;
  const view = `viewBox="0 0 ${width} ${height}" role="img"`;
  const image = html`<image id="${id}" width="${width}" height="${height}" href="${picture.image}" />`;
  return html`<figure class="picture">
    <div class="title">${titles[role]}<span>score ${short(score)}</span></div>
    <div class="three">
      <svg ${raw(view)} aria-label="image">${image}</svg>
      <svg ${raw(view)} aria-label="marked defect">${marked(picture, id)}</svg>
      <svg ${raw(view)} aria-label="heat map"><image width="${width}" height="${height}" href="${picture.heat}" /></svg>
    </div>
    <figcaption>${file}</figcaption>
  </figure>`;
}

/** The image again, through a reference, under the outline of its mask. */
function marked({ outline, role, width, height }: Picture, id: string): Html {
  if (outline !== null)
    return html`<use href="#${id}" /><path class="outline under" d="${outline}" /><path class="outline" d="${outline}" />`;
  const words = role === "found" || role === "missed" ? "no mask" : "no defect";
  return html`<text class="none" font-size="${(width / 12).toFixed(1)}" x="${width / 2}" y="${height / 2}">${words}</text>`;
}
