import { type Command, Option } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import {
  addCacheOption,
  addCommonOptions,
  addExamples,
  addIncludeOption,
  addMaxPixelsOption,
  addOfflineOption,
  addOrderOption,
  addRequiredOption,
  addSkipBadOption,
  repeated,
  seedsOf,
} from "../../options.js";

export function addSweepCommand(program: Command, io: Io): void {
  const sweep = program
    .command("sweep")
    .argument("[data]", "data set with test images, in any supported layout")
    .summary("train and evaluate models for all combinations of settings and seeds")
    .description(
      "Trains and evaluates a model for each combination of settings and seeds, and prints means and standard deviations over the seeds. " +
        "The same command continues a sweep that was stopped, without repeating finished runs.",
    );
  const command = addRequiredOption(sweep, "--out <folder>", "folder of the models, sweep.csv and sweep.json");
  command
    .option(
      "--grid <key=values>",
      "a setting and its values, separated by commas, such as whitening.ridge=0.01,0.1; can be repeated",
      repeated,
    )
    .option("--seeds <list>", "seeds, separated by commas", seedsOf, [0, 1, 2])
    .option("--protocol <name>", "choice of training images: full, expN or stepN (such as exp100), or a list file", "full")
    .addOption(new Option("--preset <name>", "settings to start from").choices(["recommended", "fast", "paper"]))
    .option("--config <file>", "YAML or JSON file with the settings that differ from the preset")
    .option("--set <key=value>", "one setting for all runs, such as detect.steps=200; can be repeated", repeated)
    .action(async (data, options) => (await import("./sweep-command.js")).sweepCommand(io, data, options));
  addIncludeOption(addDataOptions(addOrderOption(command)));
  addCommonOptions(addOfflineOption(addCacheOption(addMaxPixelsOption(addSkipBadOption(command)))));
  addExamples(
    command,
    "sweep ./data --out ./sweep --seeds 0,1,2",
    "sweep ./data --out ./sweep --grid preset=fast,recommended --protocol exp100",
    "sweep ./data --out ./sweep --preset fast --grid whitening.ridge=0.01,0.1 --grid features.inputSize=256,384",
  );
}
