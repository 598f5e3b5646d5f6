import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addThreadsOption } from "../../options.js";

export function addPredictCommand(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = program
    .command("predict")
    .argument("<model>", "model folder")
    .argument("<image...>", "image files, or folders of images")
    .summary("score images and draw where they are anomalous")
    .description(
      "Scores each image. With --out, writes NAME.map.png (16-bit grey anomaly map) and NAME.overlay.png (the image under its heat map).",
    )
    .option("--out <folder>", "where maps and overlays go")
    .option("--class <name>", "the class of all these images; predicted if omitted")
    .option("--force", "write over maps that exist already")
    .option("--strict", "stop at the first image that cannot be read")
    .action(async (model, images, options) =>
      setExitCode(await (await import("./predict-command.js")).predictCommand(io, model, images, options)),
    );
  addCommonOptions(addThreadsOption(command));
  addExamples(
    command,
    "predict ./model photo.png",
    "predict ./model photos/ --out ./maps --json",
    "predict ./model a.png b.png --class screw --out ./maps",
  );
}
