import { expect, it } from "vitest";
import { histogram } from "./histogram.js";
import { sliderScript } from "./slider-script.js";

/** A figure of the page, as far as the script reads it. */
function figureOf(markup: string) {
  const unescaped = markup.replaceAll("&quot;", '"');
  const [, scores = ""] = /data-scores="(\{.*?\})"/.exec(unescaped) ?? [];
  const listeners: (() => void)[] = [];
  const slider = { value: "", addEventListener: (_: string, listener: () => void) => listeners.push(listener) };
  const [output, line] = [
    { textContent: "" },
    { places: new Map<string, string>(), setAttribute: (key: string, x: string) => line.places.set(key, x) },
  ];
  const parts: Record<string, unknown> = { input: /<input/.test(markup) ? slider : null, output, line };
  const figure = { dataset: { scores }, querySelector: (name: string) => parts[name] };
  return { figure, output, line, move: (place: string) => ((slider.value = place), listeners.forEach((listener) => listener())) };
}

function run(figures: readonly object[]): void {
  // oxlint-disable-next-line typescript/no-implied-eval -- the script of the page, as a browser runs it
  new Function("document", sliderScript)({ querySelectorAll: () => figures });
}

it.each([
  ["linear", [1, 2, 3], [3, 4, 5]],
  ["logarithmic", [0.1, 0.2, 0.9], [0.7, 5, 40]],
])("counts what the page was made with where the slider begins, and the rest from there, %s", (_, good, defect) => {
  const markup = histogram(good, defect, good[1])!.markup;
  const [, place = ""] = /<input[^>]* value="([\d.]+)"/.exec(markup) ?? [];
  const [, shown = ""] = /<output>(.*?)<\/output>/.exec(markup) ?? [];
  expect(shown).toContain("1 of 3 good images NOT OK, 0 of 3 defects missed");
  const { figure, output, line, move } = figureOf(markup);
  run([figure]);
  move(String(Number(place) + 1e-3)); // the place is rounded
  expect(output.textContent.split(":")[1]).toBe(shown.split(":")[1]);
  move("0");
  expect(output.textContent).toMatch(/: 2 of 3 good images NOT OK, 0 of 3 defects missed$/);
  expect([line.places.get("x1"), line.places.get("x2")]).toEqual(["0", "0"]);
  move("1");
  expect(output.textContent).toMatch(/: 0 of 3 good images NOT OK, [23] of 3 defects missed$/);
});

it("leaves histograms without a limit alone", () => {
  const { figure } = figureOf(histogram([1, 2], [3])!.markup);
  expect(() => run([figure])).not.toThrow();
});
