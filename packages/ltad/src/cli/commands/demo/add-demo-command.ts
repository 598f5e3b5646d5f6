import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCacheOption, addCommonOptions, addExamples, addOfflineOption, wholeNumber } from "../../options.js";

export function addDemoCommand(program: Command, io: Io): void {
  const command = program
    .command("demo")
    .summary("make a synthetic data set, train on it, evaluate, write a report")
    .description(
      "Makes a small data set of textures with defects, trains on a long-tailed subset of it, evaluates the model and writes report.html. " +
        "A second run reuses the data and the features of the first.",
    )
    .option("--out <folder>", "folder for the data set, the model and the report", "ltad-demo")
    .option("--seed <n>", "seed of the data set and of the training", wholeNumber, 0)
    .action(async (options) => (await import("./demo-command.js")).demoCommand(io, options));
  addCommonOptions(addOfflineOption(addCacheOption(command)));
  addExamples(command, "demo", "demo --out /tmp/ltad --seed 3");
}
