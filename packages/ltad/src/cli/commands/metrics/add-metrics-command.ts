import type { Command } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, finiteNumber, wholeNumber } from "../../options.js";

export function addMetricsCommand(program: Command, io: Io): void {
  const command = program
    .command("metrics")
    .argument("<scores>", "a CSV file of scores, or a folder of maps as CLASS/test/DEFECT/NAME.npy, .tiff or .png")
    .summary("measure the scores or maps of any detector")
    .description(
      "A CSV has a header with score and label (0 or good, 1 or anomaly) and optionally image, class and split (test or calibration). " +
        "Maps have one channel and share one scale: .npy files, float TIFF files or grey PNG files; the largest value of a map is the score of its image.",
    )
    .option("--data <folder>", "for maps: the data set folder with CLASS/test and CLASS/ground_truth")
    .option("--order <names>", "class names from most to least training images, separated by commas, for High and Low")
    .option("--out <folder>", "folder to write metrics.json and metrics.csv to")
    .option("--threshold <score>", "for scores: also print the accuracy at this threshold", finiteNumber)
    .option("--compare <file>", "for scores: compare with another detector's scores of the same images")
    .option("--seed <n>", "seed of the bootstrap", wholeNumber, 0)
    .action(async (scores, options) => (await import("./metrics-command.js")).metricsCommand(io, scores, options));
  addCommonOptions(addDataOptions(command));
  addExamples(
    command,
    "metrics scores.csv",
    "metrics scores.csv --order bottle,cable,screw --compare other.csv",
    "metrics ./maps --data ./data --out ./result --json",
  );
}
