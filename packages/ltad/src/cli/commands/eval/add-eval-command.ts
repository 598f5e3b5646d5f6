import { type Command, Option } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import { addCacheOption, addCommonOptions, addExamples, addMaxPixelsOption, addSkipBadOption, addThreadsOption } from "../../options.js";

export function addEvalCommand(program: Command, io: Io): void {
  const command = program
    .command("eval")
    .argument("<model>", "model folder")
    .argument("[data]", "data set with test images, in any supported layout")
    .summary("evaluate a model and its limits on the test images of a data set")
    .description(
      "Counts false alarms and missed defects at the limits of the model, and measures image and pixel metrics of every class: " +
        "AUROC, AP, F1-max, AUPRO, AUPIMO and more. " +
        "Prints the numbers, then writes metrics.json, metrics.csv, scores.csv and, with --report, report.html into the model folder.",
    )
    .option("--report", "also write report.html")
    .option("--all", "also print the tables of all metrics")
    .option("--out <folder>", "where to write the files (default: the model folder)")
    .addOption(
      new Option("--class <how>", "where the class of a test image comes from: its folder, or the model")
        .choices(["folder", "predicted"])
        .default("folder"),
    )
    .action(async (model, data, options) => (await import("./eval-command.js")).evalCommand(io, model, data, options));
  addDataOptions(command);
  addCommonOptions(addThreadsOption(addCacheOption(addMaxPixelsOption(addSkipBadOption(command)))));
  addExamples(
    command,
    "eval ./model ./data",
    "eval ./model ./data --report",
    "eval ./model ./data --all",
    "eval ./model ./data --class predicted --json",
  );
}
