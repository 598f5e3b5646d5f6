import type { Evaluation } from "@ltad/evaluate";

/** One model or baseline with one seed. */
export interface Row {
  readonly name: string;
  readonly seed: number;
  readonly evaluation: Evaluation;
  /** Seconds of training after encoding; of a row that is a training of its own. */
  readonly trainSeconds?: number;
  /** Milliseconds an image: processor time in the encoder, and time beyond it; likewise. */
  readonly encodeMs?: number;
  readonly scoreMs?: number;
  /** Megabytes of the encoder's graph and of the head's; likewise. */
  readonly megabytes?: readonly [encoder: number, head: number];
}

const parts = ["avg", "high", "low"] as const;
const metrics = ["image_auroc", "pixel_auroc"] as const;

/** Means and deviations over the seeds, a row a model. */
export function markdown(rows: readonly Row[]): string {
  const line = (name: string) => {
    const own = rows.filter((row) => row.name === name);
    const cells = parts.map((part) => metrics.map((metric) => spread(valuesOf(own, part, metric))).join(" / "));
    const pooled = spread(own.map(({ evaluation }) => 100 * (evaluation.pooled.image_auroc ?? NaN)));
    return `| ${name} | ${cells.join(" | ")} | ${pooled} | ${own.length} | ${costs(own).join(" | ")} |`;
  };
  const head = "| | Avg | High | Low | pooled image | seeds | training, s | encoder (processor) + rest, ms | encoder + rest, MB |";
  return [head, `|${" --- |".repeat(9)}`, ...namesOf(rows).map(line)].join("\n");
}

/** Mean and deviation (of a sample); the mean alone of one value. */
function spread(values: readonly number[]): string {
  const mean = average(values);
  if (values.length < 2) return mean.toFixed(1);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;
}

/** Seconds, milliseconds and megabytes; empty for a row that is not a training of its own. */
function costs(rows: readonly Row[]): string[] {
  if (rows[0]?.trainSeconds === undefined) return ["", "", ""];
  const of = (value: (row: Row) => number | undefined) => average(rows.map((row) => value(row) ?? Number.NaN)).toFixed(0);
  const [encodeMs, scoreMs] = [of((row) => row.encodeMs), of((row) => row.scoreMs)];
  const [encoder, head] = [0, 1].map((part) => of((row) => row.megabytes?.[part]));
  return [of((row) => row.trainSeconds), `${encodeMs} + ${scoreMs}`, `${encoder} + ${head}`];
}

const goals: Readonly<Record<string, number>> = {
  recommended_avg_image_auroc: 92.3,
  recommended_avg_pixel_auroc: 90.5,
  recommended_high_image_auroc: 91.3,
  recommended_high_pixel_auroc: 89.8,
  recommended_low_image_auroc: 93,
  recommended_low_pixel_auroc: 91,
  train_seconds: 60,
  score_ms_per_image: 15,
};

/** The closing line of the bench. */
export function summarise(rows: readonly Row[]) {
  const figures: Record<string, number> = {};
  for (const name of namesOf(rows)) {
    const own = rows.filter((row) => row.name === name);
    for (const metric of metrics) figures[`${key(name)}_avg_${metric}`] = average(valuesOf(own, "avg", metric));
  }
  const best = rows.filter((row) => row.name === "recommended");
  for (const part of parts)
    for (const metric of metrics) if (best.length > 0) figures[`recommended_${part}_${metric}`] = average(valuesOf(best, part, metric));
  if (best.length > 0) {
    figures["train_seconds"] = average(best.map((row) => row.trainSeconds ?? Number.NaN));
    figures["score_ms_per_image"] = average(best.map((row) => row.scoreMs ?? Number.NaN));
  }
  const targets = best.length === 0 ? {} : goals;
  const met = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [
      name,
      name.includes("auroc") ? (figures[name] ?? 0) >= target : (figures[name] ?? Infinity) <= target,
    ]),
  );
  return { name: "realbench", figures, targets, met };
}

function namesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map(({ name }) => name))];
}

/** In %. */
function valuesOf(rows: readonly Row[], part: (typeof parts)[number], metric: (typeof metrics)[number]): number[] {
  return rows.map(({ evaluation }) => 100 * (evaluation.summary[part][metric] ?? NaN));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function key(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
}
