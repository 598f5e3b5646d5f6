import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addMaxPixelsOption, addThreadsOption } from "../../options.js";

export function addPredictCommand(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = program
    .command("predict")
    .argument("<model>", "model folder")
    .argument("<image...>", "image files, or folders of images")
    .summary("score images and draw where they are anomalous")
    .description(
      "Scores each image. With --out, writes NAME.map.png (16-bit grey anomaly map) and NAME.overlay.png (the image with its heat map).",
    )
    .option("--out <folder>", "folder to write maps and overlays to")
    .option("--class <name>", "the class of all these images (default: the model predicts it)")
    .option("--force", "overwrite existing maps and overlays")
    .option("--strict", "stop at the first image that cannot be read")
    .action(async (model, images, options) =>
      setExitCode(await (await import("./predict-command.js")).predictCommand(io, model, images, options)),
    );
  addCommonOptions(addThreadsOption(addMaxPixelsOption(command)));
  addExamples(
    command,
    "predict ./model photo.png",
    "predict ./model photos/ --out ./maps --json",
    "predict ./model a.png b.png --class screw --out ./maps",
  );
}
