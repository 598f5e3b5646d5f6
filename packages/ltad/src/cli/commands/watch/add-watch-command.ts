import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "../../io.js";
import type { SetExitCode } from "../../program.js";
import {
  addCommonOptions,
  addExamples,
  addMaxPixelsOption,
  addRequiredOption,
  addThreadsOption,
  finiteNumber,
  rate,
} from "../../options.js";

export function addWatchCommand(program: Command, io: Io, setExitCode: SetExitCode): void {
  const command = program
    .command("watch")
    .argument("<folder>", "folder in which new images arrive; subfolders are included")
    .summary("judge each new image in a folder")
    .description(
      "Judges each image that arrives in a folder once, as soon as it is complete. " +
        "Writes a line for each image to OUT/results.jsonl; after a restart, it continues where the last run ended.",
    );
  addRequiredOption(command, "--model <folder>", "model folder")
    .option("--out <folder>", "folder for the results (default: FOLDER-results, next to the folder)")
    .addOption(
      new Option("--overlays <which>", "images whose heat map is written to OUT/overlays")
        .choices(["not-ok", "all", "none"])
        .default("not-ok"),
    )
    .option("--class <name>", "the class of all images (default: the model predicts it)")
    .option("--false-alarm-rate <share>", "share of good images that may be NOT OK, such as 0.05 (default: the model's)", rate)
    .option("--webhook <url>", "post each result to this URL, and retry until it is accepted")
    .option("--mqtt <url>", "publish each result to this broker, such as mqtt://127.0.0.1:1883; needs `npm install mqtt`")
    .option("--topic <name>", "topic of --mqtt", "ltad/results")
    .option(
      "--poll <seconds>",
      "scan the whole folder at this interval (default: 30), for network drives that do not report new files",
      seconds,
    )
    .option("--once", "judge the images that are there, then exit")
    .option("--fail-on-defect", "with --once: exit with 4 if an image is NOT OK")
    .action(async (folder, options) => setExitCode(await (await import("./watch-command.js")).watchCommand(io, folder, options)));
  addCommonOptions(addThreadsOption(addMaxPixelsOption(command)));
  addExamples(
    command,
    "watch ./inbox --model ./model",
    "watch /mnt/camera --model ./model --out ./results --poll 2",
    "watch ./inbox --model ./model --webhook http://127.0.0.1:3000/results",
    "watch ./inbox --model ./model --mqtt mqtt://127.0.0.1:1883 --topic line1/results",
    "watch ./inbox --model ./model --once --fail-on-defect",
  );
}

function seconds(text: string): number {
  const value = finiteNumber(text);
  if (value >= 0.1 && value <= 86_400) return value;
  throw new InvalidArgumentError("Expected a number of seconds from 0.1 to 86400.");
}
