import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addThreadsOption, finiteNumber, rate } from "../../options.js";

export function addLimitsCommand(program: Command, io: Io): void {
  const command = program
    .command("limits")
    .argument("<model>", "model folder")
    .summary("show or change the limits above which an image is NOT OK")
    .description(
      "Shows the limit of each class and what it promises. The options change limits in the model's model.json, without training: " +
        "set a limit by hand, choose another false-alarm rate, or compute limits from good images of your production line.",
    )
    .option("--class <name>", "the class to show or change (default: all)")
    .option("--set <score>", "set the limit of --class by hand", finiteNumber)
    .option("--unset", "compute the limit of --class from good images again")
    .option("--false-alarm-rate <share>", "share of good images that may be NOT OK, such as 0.05", rate)
    .option(
      "--from <folder>",
      "compute limits from the good images in this folder (in CLASS folders, or all of --class), which must not have been trained on",
    )
    .action(async (model, options) => (await import("./limits-command.js")).limitsCommand(io, model, options));
  addCommonOptions(addThreadsOption(command));
  addExamples(
    command,
    "limits ./model",
    "limits ./model --class pcb --set 12",
    "limits ./model --false-alarm-rate 0.05",
    "limits ./model --from ./good-images-of-the-line",
  );
}
