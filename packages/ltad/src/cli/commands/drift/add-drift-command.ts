import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples } from "../../options.js";
import type { SetExitCode } from "../../program.js";

export function addDriftCommand(program: Command, io: Io, setExitCode: SetExitCode): void {
  const command = program
    .command("drift")
    .argument("<model>", "model folder")
    .argument("<results...>", "files of `predict --json` or `--csv`, or results.jsonl of `watch`, oldest first")
    .summary("find out whether the light, the camera or the product has changed")
    .description(
      "Compares the last 50 results of each class with the good images that the model knows, by their scores and their distances from " +
        "the class. Up to a tenth of the images may be defective.",
    )
    .option("--fail-on-drift", "exit with 4 if a class drifts")
    .action(async (model, results, options) =>
      setExitCode(await (await import("./drift-command.js")).driftCommand(io, model, results, options)),
    );
  addCommonOptions(command);
  addExamples(command, "drift ./model inbox-results/results.jsonl", "drift ./model monday.csv tuesday.csv --fail-on-drift");
}
