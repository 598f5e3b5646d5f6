import type { Command } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addMaxPixelsOption, addRequiredOption, addSplitOptions } from "../../options.js";

export function addDataCommands(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const data = program
    .command("data")
    .summary("check a data set, count it, or split it")
    .description("Checks the images of a data set, counts them, or makes a long-tailed split of them.");
  addCheck(data, io, setExitCode);
  addStats(data, io, setExitCode);
  addSplit(data, io);
}

function addCheck(data: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = data
    .command("check")
    .argument("[data]", "data set, in any supported layout")
    .summary("find problems that would spoil a model or its metrics")
    .description(
      "Reads every image and lists problems that would spoil a model or its metrics: files that cannot be read or are not used, images that are in " +
        "both the training and the test set, unusual training images, mixed colours and sizes, and classes that are too small. Exits with 3 if a problem matters.",
    )
    .option("--fix <file>", "write a list of the training images without those that should be left out; no image is changed")
    .option("--page <file>", "write an HTML page that shows the images in question")
    .action(async (folder, options) => setExitCode(await (await import("./data-check.js")).dataCheck(io, folder, options)));
  addCommonOptions(addMaxPixelsOption(addDataOptions(command)));
  addExamples(
    command,
    "data check ./data",
    "data check ./data --fix clean.txt --page check.html",
    "data check --good ./photos/ok --bad ./photos/nok",
  );
}

function addStats(data: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = data
    .command("stats")
    .argument("[data]", "data set, in any supported layout")
    .summary("count images, defects, masks and sizes of each class")
    .description("Counts images, defects and masks of each class, and reads the size of every image.")
    .option("--page <file>", "write an HTML page with class sizes and example images")
    .action(async (folder, options) => setExitCode(await (await import("./data-stats.js")).dataStats(io, folder, options)));
  addCommonOptions(addMaxPixelsOption(addDataOptions(command)));
  addExamples(command, "data stats ./data", "data stats ./data --json");
}

function addSplit(data: Command, io: Io): void {
  const command = data
    .command("split")
    .argument("[data]", "data set, in any supported layout")
    .summary("choose the training images of a long-tailed protocol and write a list of them")
    .description("Chooses training images as `train` would and writes a list file that `train --protocol FILE` reads.")
    .action(async (folder, options) => (await import("./data-split.js")).dataSplit(io, folder, options));
  addRequiredOption(command, "--out <file>", "the list file to write");
  addCommonOptions(addDataOptions(addSplitOptions(command)));
  addExamples(
    command,
    "data split ./data --protocol exp100 --seed 1 --out exp100-1.txt",
    "train ./data --protocol exp100-1.txt --out ./model",
  );
}
