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
  addSkipBadOption,
} from "../../options.js";

/** The commands that change the classes of a model without training it again. */
export function addClassCommands(program: Command, io: Io): void {
  const add = program
    .command("add-class")
    .argument("<model>", "model folder")
    .argument("[data]", "good images of the new product, or a data set with new classes, in any supported layout")
    .summary("add a class to a model in seconds, without retraining")
    .description(
      "Adds a class to a model. Its statistics, axes and limit come from the good images; the scores of the other classes stay the same. " +
        "The new version replaces the model; the previous version is kept in MODEL/before/1, 2, ...",
    )
    .action(async (model, data, options) => (await import("./class-commands.js")).addClassCommand(io, model, data, options));
  addIncludeOption(addDataOptions(add));
  addImageOptions(addForceOption(add));
  addExamples(
    add,
    "add-class ./model ./photos/gear",
    "add-class ./model ./photos/ok --class-name gear",
    "add-class ./model --good ./ok --class-name gear",
    "add-class ./model ./data --force",
  );
  const remove = program
    .command("remove-class")
    .argument("<model>", "model folder")
    .argument("<classes...>", "names of the classes to remove")
    .summary("remove classes from a model")
    .description(
      "Removes classes from a model. The scores of the other classes stay the same. The previous version is kept in MODEL/before/1, 2, ...",
    )
    .action(async (model, names, options) => (await import("./class-commands.js")).removeClassCommand(io, model, names, options));
  addCommonOptions(addForceOption(remove));
  addExamples(remove, "remove-class ./model gear", "remove-class ./model gear bolt --force");
  const update = program
    .command("update-class")
    .argument("<model>", "model folder")
    .argument("<class>", "name of the class")
    .argument("<images...>", "more good images: files, or folders of them")
    .summary("update a class with more good images, such as false alarms")
    .description(
      "Fits a class again to its training images and more good ones: new images, or good images that the model judged NOT OK by " +
        "mistake. The scores of the other classes stay the same. The previous version is kept in MODEL/before/1, 2, ...",
    )
    .option("--data <folder>", "the data set that the model was trained on, if it has moved")
    .action(async (model, name, images, options) =>
      (await import("./class-commands.js")).updateClassCommand(io, model, name, images, options),
    );
  addImageOptions(addForceOption(update));
  addExamples(
    update,
    "update-class ./model bottle ./more-good-bottles",
    "update-class ./model bottle false-alarm-1.png false-alarm-2.png",
    "update-class ./model bottle ./more --data /mnt/data-set-of-the-training",
  );
}

function addForceOption(command: Command): Command {
  return command.option("--force", "do not keep the previous version");
}

function addImageOptions(command: Command): Command {
  return addCommonOptions(addOfflineOption(addCacheOption(addMaxPixelsOption(addSkipBadOption(command)))));
}
