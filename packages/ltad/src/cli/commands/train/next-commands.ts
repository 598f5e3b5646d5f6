import { type DataOptions, dataWords } from "../../../data-options.js";
import type { TrainOptions, TrainPlan } from "../../../train-options.js";

/** Which images a training read, and how. */
type Read = DataOptions & Pick<TrainOptions, "from" | "maxPixels" | "skipBad"> & { readonly hasTests?: TrainPlan["hasTests"] | undefined };

/** The words of the commands that follow a training: they read the same images in the same way. */
export function nextCommands(folder: string, data: string | undefined, options: Read): string[][] {
  return [
    ["limits", folder],
    ...(options.hasTests === false ? [] : [["eval", folder, ...evalWords(data, options), "--report"]]),
    ["predict", folder, "IMAGE", "--out", "maps"],
  ];
}

function evalWords(data: string | undefined, options: Read): string[] {
  const { from, maxPixels, skipBad } = options;
  if (from !== undefined) return ["DATA"];
  return [
    ...(data === undefined ? [] : [data]),
    ...dataWords(options),
    ...(maxPixels === undefined ? [] : ["--max-pixels", String(maxPixels)]),
    ...(skipBad ? ["--skip-bad"] : []),
  ];
}
