import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addRequiredOption } from "../../options.js";

/** A model for other servers. */
export function addExportCommands(program: Command, io: Io): void {
  const parent = program
    .command("export")
    .summary("export a model for another inference server")
    .description("Exports a trained model in the format that another inference server reads.");
  const triton = parent
    .command("triton")
    .argument("<model>", "folder of the model")
    .summary("write a model repository for Triton Inference Server")
    .description(
      "Writes two graphs and an ensemble of both, which the ONNX Runtime backend of Triton serves. " +
        "Clients send decoded and resized images; class names and limits are parameters of the ensemble.",
    );
  const command = addRequiredOption(triton, "--out <folder>", "folder of the repository to write")
    .option("--name <name>", "name of the model that clients call", "ltad")
    .action(async (model, options) => (await import("./export-triton-command.js")).exportTriton(io, model, options));
  addCommonOptions(command);
  addExamples(command, "export triton ./model --out ./repository");
}
