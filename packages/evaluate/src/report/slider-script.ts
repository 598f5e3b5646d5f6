import { createHash } from "node:crypto";

/** The only script of a report: a slider moves the limit of a histogram, and the counts follow. It reads the page and writes text alone. */
export const sliderScript = `
for (const figure of document.querySelectorAll("figure.hist")) {
  const slider = figure.querySelector("input");
  if (!slider) continue;
  const { low, high, log, good, defect, bins } = JSON.parse(figure.dataset.scores);
  const line = figure.querySelector("line");
  slider.addEventListener("input", () => {
    const place = Number(slider.value);
    const limit = log ? low * (high / low) ** place : low + place * (high - low);
    const above = good.filter((score) => score > limit).length;
    const missed = defect.filter((score) => score <= limit).length;
    for (const end of ["x1", "x2"]) line.setAttribute(end, String(bins * place));
    figure.querySelector("output").textContent =
      "limit " + Number(limit.toPrecision(3)) + ": " + above + " of " + good.length + " good images NOT OK, " +
      missed + " of " + defect.length + " defects missed";
  });
}
`;

/** What a content security policy allows this script by. */
export const sliderScriptHash = `sha256-${createHash("sha256").update(sliderScript).digest("base64")}`;
