import type { BenchmarkName } from "../../../reproduce/benchmark-names.js";
import { benchmarks } from "../../../reproduce/benchmarks.js";
import type { PublishedPair } from "../../../reproduce/published-numbers.js";
import { type Part, parts, type SplitResult, valuesOf } from "../../../reproduce/split-result.js";
import { textTable } from "../../table.js";

/** Our numbers on one split and the published ones below, with where those come from and what they lack. */
export function resultTable(result: SplitResult, name: BenchmarkName): string {
  const { split, preset, complete, missing, published, runs } = result;
  const title = `${benchmarks[name].title}, ${split}`;
  const ours = [`ours, ${preset}${complete ? "" : " (incomplete data)"}`, ...parts.map((part) => ownCell(result, part))];
  const rows = (published?.rows ?? []).map((row) => [
    `${row.method}${row.class_given ? "" : " (class not given)"}`,
    ...parts.map((part) => publishedCell(row[part])),
  ]);
  const remarks = [
    `AUROC in %${runs.length > 1 ? `, mean ± standard deviation over ${runs.length} seeds` : ""}. Our model is given the class of each test image.`,
    published === null ? `The paper has no split ${split}, so there is nothing to compare.` : `Published: ${published.source}`,
    ...(rows.some((row) => row.some((cell) => cell.includes(unknown)))
      ? [`${unknown}: this number was not found in any source that was available.`]
      : []),
    ...(complete ? [] : [`Do not compare with the published numbers, because the data set is incomplete: ${firstOf(missing)}`]),
  ];
  return `${textTable([title, "Avg image / pixel", "High", "Low"], [ours, ...rows])}\n${remarks.join("\n")}`;
}

const unknown = "–";

function firstOf(missing: readonly string[]): string {
  const [first = "", ...more] = missing;
  return more.length === 0 ? first : `${first} And ${more.length} more, listed above.`;
}

function ownCell({ runs }: SplitResult, part: Part): string {
  return (["image", "pixel"] as const).map((kind) => spread(valuesOf(runs, part, kind))).join(" / ");
}

function publishedCell({ image, pixel }: PublishedPair): string {
  return [image, pixel].map((value) => (value === null ? unknown : percent(value))).join(" / ");
}

/** Mean and deviation (of a sample) in %; the mean alone of one seed. */
function spread(values: readonly (number | null)[]): string {
  if (values.some((value) => value === null)) return "undefined";
  const mean = values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  if (values.length < 2) return percent(mean);
  const variance = values.reduce<number>((sum, value) => sum + (value! - mean) ** 2, 0) / (values.length - 1);
  return `${percent(mean)} ± ${percent(Math.sqrt(variance))}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
