import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addSettingOptions } from "../../options.js";

export function addConfigCommand(program: Command, io: Io): void {
  const command = program
    .command("config")
    .argument("[file]", "a YAML or JSON file of settings to check, or a model folder")
    .summary("show or check the settings of a training")
    .description(
      "Prints every setting that `ltad train` would use with the same options. For a setting that does not exist, it suggests the most similar one.",
    )
    .option("--schema", "print the JSON Schema of a settings file, for your editor")
    .action(async (file, options) => (await import("./config-command.js")).configCommand(io, file, options));
  addCommonOptions(addSettingOptions(command));
  addExamples(command, "config --preset fast", "config settings.yaml --set detect.steps=200", "config ./model", "config --schema");
}
