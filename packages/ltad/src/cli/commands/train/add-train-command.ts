import type { Command } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import {
  addCacheOption,
  addCommonOptions,
  addExamples,
  addIncludeOption,
  addMaxPixelsOption,
  addOfflineOption,
  addRequiredOption,
  addSettingOptions,
  addSkipBadOption,
  addSplitOptions,
  timeSpan,
  wholeNumber,
} from "../../options.js";

export function addTrainCommand(program: Command, io: Io): void {
  const train = program
    .command("train")
    .argument("[data]", "data set: a folder such as CLASS/train/good/*.png in any supported layout, or a table of images")
    .summary("train a model on a data set and write it as a folder")
    .description(
      "Encodes the images once, measures how the good images of each class vary, trains the detector, and writes the model folder.",
    );
  const command = addRequiredOption(train, "--out <folder>", "folder to write the model to");
  addSettingOptions(addSplitOptions(command))
    .option("--config <file>", "YAML or JSON file with the settings that differ from the preset; `config` checks one")
    .option("--tile <pixels>", "encode large images in overlapping tiles of this size, to find small defects", wholeNumber)
    .option("--budget <time>", "train only as many steps as fit into this time, such as 5m", timeSpan)
    .option("--tensorboard", "write event files for TensorBoard to the output folder, next to log.jsonl")
    .option("--mlflow <address>", "record the training on an MLflow server, such as http://127.0.0.1:5000")
    .option("--from <folder>", "folder that `merge` wrote, instead of a data set; the images and settings are those of its plan")
    .option("--resume", "continue from the checkpoint of a stopped training in the output folder")
    .option("--force", "start over if the output folder holds a checkpoint or a finished model")
    .action(async (data, options) => (await import("./train-command.js")).trainCommand(io, data, options));
  command.hook("preAction", (_, action) => {
    if (action === command && command.getOptionValue("from") !== undefined) refuseBeside(command);
  });
  addIncludeOption(addDataOptions(command));
  addCommonOptions(addOfflineOption(addCacheOption(addMaxPixelsOption(addSkipBadOption(command)))));
  addExamples(
    command,
    "train ./data --out ./model",
    "train --good ./photos/ok --bad ./photos/nok --out ./model",
    "train ./data --out ./model --preset fast",
    "train ./data --protocol exp100 --order bottle,cable,screw --seed 1 --out ./model",
    "train ./data --out ./model --budget 5m",
    "train ./data --out ./model --preset paper --set detect.steps=3000",
    "train ./large --out ./model --tile 512",
    "train ./data --out ./model --include ./masks",
    "train ./data --out ./model --resume",
    "train --from ./merged --out ./model",
  );
}

/** What a plan has decided. */
const decided = new Set([
  "protocol",
  "order",
  "seed",
  "layout",
  "goodNames",
  "good",
  "bad",
  "className",
  "links",
  "skipBad",
  "maxPixels",
  "include",
]);

function refuseBeside(command: Command): void {
  const given = command.options.filter(
    (option) => decided.has(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  const names = [...(command.processedArgs[0] === undefined ? [] : ["a data set"]), ...given.map(({ long }) => long)];
  if (names.length > 0)
    command.error(`error: --from and ${names.join(", ")} cannot be used together: the plan determines the training images`, {
      code: "commander.conflictingOption",
    });
}
