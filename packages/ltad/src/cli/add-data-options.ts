import type { Command } from "commander";
import { repeated } from "./options.js";

/** How the folders of a data set are read. Every command that reads one has these options. */
export function addDataOptions(command: Command): Command {
  return command
    .option("--layout <name>", "how the folders are arranged: a name such as visa, or a layout file (default: found out)")
    .option("--good-names <name>", "a folder of this name holds good images, as good does; can be repeated", repeated)
    .option("--good <folder>", "in place of a data set: good images of one product; can be repeated", repeated)
    .option("--bad <folder>", "with --good: defective images to test on; can be repeated", repeated)
    .option("--class-name <name>", "the class of a folder with one product (default: the folder's name)")
    .option("--links", "follow links that lead out of the data set")
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
