import type { JobOptions } from "@ltad/core";
import { join } from "node:path";
import { sweep, type SweepMetric, type SweepOptions, type SweepResult } from "../../../sweep.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { warnWithoutNative } from "../../warn-without-native.js";

export type SweepCommandOptions = CommonOptions & Omit<SweepOptions, keyof JobOptions | "env" | "onRun">;

/** Runs a sweep and prints a row for each setting: means and deviations over its seeds. */
export async function sweepCommand(io: Io, data: string | undefined, options: SweepCommandOptions): Promise<void> {
  await withSession(io, options, "Run the same command to continue; finished runs are kept.", async (session) => {
    await warnWithoutNative(session);
    const { signal, onProgress } = session;
    const results = await sweep(data, {
      ...options,
      env: io.env,
      signal,
      onProgress,
      onRun: ({ seed, values, folder }, { number, of, isDone }) =>
        session.info(`${number} of ${of}: ${nameOf(values)}, seed ${seed}${isDone ? " (already finished)" : ""}: ${folder}`),
    });
    session.printJson(results);
    session.print(sweepTable(results));
    session.info(`\nAUROC in %, mean ± standard deviation over the seeds. All runs are in ${join(options.out, "sweep.csv")}.`);
  });
}

const columns: readonly (readonly [title: string, image: SweepMetric, pixel: SweepMetric])[] = [
  ["Avg image / pixel", "image_auroc", "pixel_auroc"],
  ["High", "high_image_auroc", "high_pixel_auroc"],
  ["Low", "low_image_auroc", "low_pixel_auroc"],
];

/** A row for each setting. */
export function sweepTable(results: readonly SweepResult[]): string {
  const names = [...new Set(results.map(({ values }) => nameOf(values)))];
  const rows = names.map((name) => {
    const own = results.filter(({ values }) => nameOf(values) === name);
    const cells = columns.map(([, image, pixel]) =>
      [image, pixel].map((metric) => spread(own.map(({ metrics }) => metrics[metric]))).join(" / "),
    );
    return [name, ...cells, String(own.length)];
  });
  return textTable(["setting", ...columns.map(([title]) => title), "seeds"], rows);
}

function nameOf(values: SweepResult["values"]): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "as set" : pairs.join(" ");
}

/** Mean and deviation (of a sample) in %; the mean alone of one value, and a dash where a value is undefined. */
function spread(values: readonly (number | null)[]): string {
  if (values.some((value) => value === null)) return "-";
  const mean = values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  if (values.length < 2) return (100 * mean).toFixed(1);
  const variance = values.reduce<number>((sum, value) => sum + (value! - mean) ** 2, 0) / (values.length - 1);
  return `${(100 * mean).toFixed(1)} ± ${(100 * Math.sqrt(variance)).toFixed(1)}`;
}
