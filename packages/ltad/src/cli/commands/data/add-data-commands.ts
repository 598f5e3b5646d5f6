import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addRequiredOption, addSplitOptions } from "../../options.js";

export function addDataCommands(program: Command, io: Io): void {
  const data = program
    .command("data")
    .summary("count a data set, or split it")
    .description("Counts the images of a data set, or makes a long-tailed split of it.");
  addStats(data, io);
  addSplit(data, io);
}

function addStats(data: Command, io: Io): void {
  const command = data
    .command("stats")
    .argument("<data>", "data set folder")
    .summary("count images, defects, masks and sizes of each class")
    .description("Counts images, defects and masks of each class, and reads the size of every image.")
    .action(async (folder, options) => (await import("./data-stats.js")).dataStats(io, folder, options));
  addCommonOptions(command);
  addExamples(command, "data stats ./data", "data stats ./data --json");
}

function addSplit(data: Command, io: Io): void {
  const command = data
    .command("split")
    .argument("<data>", "data set folder")
    .summary("choose the training images of a long-tailed protocol and write the list")
    .description("Chooses training images as `train` would and writes them as a list file, which `train --protocol FILE` reads.")
    .action(async (folder, options) => (await import("./data-split.js")).dataSplit(io, folder, options));
  addRequiredOption(command, "--out <file>", "the list file to write");
  addCommonOptions(addSplitOptions(command));
  addExamples(
    command,
    "data split ./data --protocol exp100 --seed 1 --out exp100-1.txt",
    "train ./data --protocol exp100-1.txt --out ./model",
  );
}
