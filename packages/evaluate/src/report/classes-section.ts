import { count, percent, plural } from "@ltad/core/format";
import { curveChart } from "./curve-chart.js";
import { histogram } from "./histogram.js";
import { ownOf } from "../own-of.js";
import { html, type Html } from "./html.js";
import { pictureFigure } from "./picture-figure.js";
import type { ClassReport, PictureRole, ReportData } from "./report-data.js";

const titles: Readonly<Record<PictureRole, string>> = {
  found: "Clearest defect",
  missed: "Most missed defect",
  suspected: "Most suspicious good image",
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
      ${histogram(c.good, c.defect, c.limit)}
    </header>
    <div class="pictures">${c.pictures.map((picture, i) => pictureFigure(picture, `p${index}-${i}`, titles[picture.role]))}</div>
    <div class="curves">
      ${curveChart("ROC of images", "good images that raise an alarm", "defective images found", c.curves.roc, 1)}
      ${curveChart("PRO of pixels", "good pixels that are marked", "share of each defect found", c.curves.pro, 0.3)}
    </div>
  </article>`;
}
