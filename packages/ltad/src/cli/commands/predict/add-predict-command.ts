import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addMaxPixelsOption, addThreadsOption, rate } from "../../options.js";

export function addPredictCommand(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = program
    .command("predict")
    .argument("<model>", "model folder")
    .argument("<image...>", "image files, or folders of images")
    .summary("judge images and draw heat maps of their anomalies")
    .description(
      "Prints for each image whether it is OK, its score, the limit of its class, and p, the share of good images that score as high. With --out, writes NAME.map.png (16-bit grey anomaly map) and NAME.overlay.png (the image with its heat map).",
    )
    .option("--out <folder>", "folder to write maps and overlays to")
    .option("--class <name>", "the class of all these images (default: the model predicts it)")
    .option("--false-alarm-rate <share>", "share of good images that may be NOT OK, such as 0.05 (default: the model's)", rate)
    .option("--fail-on-defect", "exit with 4 if an image is NOT OK")
    .option("--csv <file>", "also write a CSV table with a row for each image")
    .option("--junit <file>", "also write a JUnit file in which an image that is NOT OK is a failure")
    .option("--force", "overwrite existing maps, overlays and tables")
    .option("--strict", "stop at the first image that cannot be read")
    .action(async (model, images, options) =>
      setExitCode(await (await import("./predict-command.js")).predictCommand(io, model, images, options)),
    );
  addCommonOptions(addThreadsOption(addMaxPixelsOption(command)));
  addExamples(
    command,
    "predict ./model photo.png",
    "predict ./model photos/ --out ./maps --json",
    "predict ./model photos/ --fail-on-defect --csv verdicts.csv",
    "predict ./model a.png b.png --class screw --out ./maps",
  );
}
