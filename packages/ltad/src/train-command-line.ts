import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataWords } from "./data-options.js";
import { shellWords } from "./shell-words.js";
import type { TrainOptions } from "./train-options.js";

/** The words of `ltad train` that give the same model, without what does not change it. */
export function trainWords(data: string | undefined, options: TrainOptions): string[] {
  const { out, protocol = "full", order, seed = 0, preset, config, set = [], tile, budget, from, include, skipBad, maxPixels } = options;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    "train",
    ...(data === undefined ? [] : [data]),
    ...dataWords(options),
    ...(from === undefined
      ? ["--protocol", protocol, ...option("--order", typeof order === "object" ? orderText(order) : order), "--seed", String(seed)]
      : ["--from", from]),
    ...option("--preset", preset),
    ...option("--config", typeof config === "object" ? join(out, "config.yaml") : config),
    ...set.flatMap((pair) => ["--set", pair]),
    ...option("--include", include),
    ...option("--tile", tile?.toString()),
    ...option("--budget", budget === undefined ? undefined : `${budget}s`),
    ...option("--max-pixels", maxPixels?.toString()),
    ...(skipBad ? ["--skip-bad"] : []),
    "--out",
    out,
  ];
}

function orderText(names: readonly string[]): string {
  return names.some((name) => name.includes(",") || name.trim() !== name) ? JSON.stringify(names) : names.join(",");
}

/** The command line that gives the same model, on one line. */
export function trainCommandLine(data: string | undefined, options: TrainOptions): string {
  return shellWords(["ltad", ...trainWords(data, options)]).replaceAll(/\s+/g, " ");
}

/** The command line that made a model, as a training left it on the first line of config.yaml; null when there is none. */
export async function readTrainCommandLine(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, "config.yaml"), "utf8").catch(() => "");
  return /^# (ltad train .{1,2000})$/m.exec(text)?.[1] ?? null;
}
