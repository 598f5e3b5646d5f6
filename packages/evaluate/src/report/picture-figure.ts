import { short } from "@ltad/core/format";
import { html, raw, type Html } from "./html.js";
import type { Picture } from "./report-data.js";

/** A test image, its marked defect and its heat map, under a title. @param id of the image in the page */
export function pictureFigure(picture: Picture, id: string, title: string): Html {
  const { file, score, width, height } = picture;
  const view = `viewBox="0 0 ${width} ${height}" role="img"`;
  const image = html`<image id="${id}" width="${width}" height="${height}" href="${picture.image}" />`;
  return html`<figure class="picture">
    <div class="title">${title}<span>score ${short(score)}</span></div>
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
