import type { Command } from "commander";
import { repeated } from "./options.js";

/** How the folders of a data set are read. Every command that reads one has these options. */
export function addDataOptions(command: Command): Command {
  return command
    .option("--layout <name>", "layout of the data set: a name such as visa, or a layout file (default: detected)")
    .option("--good-names <name>", "read folders of this name as good images, like those named good; can be repeated", repeated)
    .option("--good <folder>", "folder of good images of one product, instead of a data set; can be repeated", repeated)
    .option("--bad <folder>", "with --good: folder of defective test images; can be repeated", repeated)
    .option("--class-name <name>", "class name for a folder of one product (default: the folder's name)")
    .option("--links", "follow links that point outside the data set")
    .hook("preAction", (_, action) => {
      if (action === command) checkData(command);
    });
}

/** A command with the argument data needs it, or folders of good images in its place. */
function checkData(command: Command): void {
  const place = command.registeredArguments.findIndex((argument) => argument.name() === "data");
  const others = ["good", "from"].some((name) => command.getOptionValue(name) !== undefined);
  if (place < 0 || command.processedArgs[place] !== undefined || others) return;
  command.error("error: missing required argument 'data', or --good with a folder of good images", { code: "commander.missingArgument" });
}
