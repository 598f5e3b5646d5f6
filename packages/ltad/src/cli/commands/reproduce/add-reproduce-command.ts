import { Argument, type Command } from "commander";
import { benchmarkNames } from "../../../reproduce/benchmark-names.js";
import type { Io } from "../../io.js";
import {
  addCacheOption,
  addCommonOptions,
  addExamples,
  addMaxPixelsOption,
  addOfflineOption,
  addRequiredOption,
  addSettingOptions,
  namesOf,
  orderOf,
  seedsOf,
} from "../../options.js";

export function addReproduceCommand(program: Command, io: Io): void {
  const reproduce = program
    .command("reproduce")
    .addArgument(new Argument("<benchmark>", "the data set of the paper").choices(benchmarkNames))
    .summary("train on the long-tailed splits of the paper and compare with its results")
    .description(
      "Makes the long-tailed splits of the paper from MVTec AD, VisA or DAGM 2007, trains and measures a model on each, and prints its AUROC beside " +
        "the published one: Avg over all classes, High over the larger half of them, Low over the smaller. A short dry run first estimates how " +
        "long everything will take. After an interruption, the same command continues.",
    );
  const command = addRequiredOption(reproduce, "--data <folder>", "the data set, arranged as it is distributed");
  addSettingOptions(command)
    .option(
      "--split <names>",
      "splits, separated by commas: any expN, stepN or paretoN, pareto, a list file, or NAME=FILE (default: exp100)",
      splitsOf,
    )
    .option("--seeds <list>", "seeds, separated by commas", seedsOf, [0])
    .option("--order <names>", "size, or class names from most to least images (default: by name, as the benchmark lists them)", orderOf)
    .option("--config <file>", "YAML or JSON file with the settings that differ from the preset")
    .option("--out <folder>", "folder of the models and reproduce.json (default: reproduce-BENCHMARK)")
    .option("--dry-run", "print the splits and an estimate of time, memory and disk space, without training")
    .option("--links", "follow links that point outside the data set")
    .action(async (name, options) => (await import("./reproduce-command.js")).reproduceCommand(io, name, options));
  addCommonOptions(addOfflineOption(addCacheOption(addMaxPixelsOption(command))));
  addExamples(
    command,
    "reproduce mvtec --data ./mvtec_anomaly_detection --split exp100 --dry-run",
    "reproduce mvtec --data ./mvtec_anomaly_detection --split exp100,exp200,step100,step200",
    "reproduce mvtec --data ./mvtec_anomaly_detection --split exp100=lists/exp100.txt --seeds 0,1,2",
    "reproduce visa --data ./VisA --preset paper --out ./visa-paper",
    "reproduce dagm --data ./DAGM2007 --split exp100,pareto --json",
  );
}

/** The splits of an option that may be repeated. */
function splitsOf(text: string, before: readonly string[] = []): string[] {
  return [...before, ...namesOf(text, "--split")];
}
