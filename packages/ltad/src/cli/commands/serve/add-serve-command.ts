import { addServerOptions } from "@ltad/server/command";
import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples } from "../../options.js";

export function addServeCommand(program: Command, io: Io): void {
  const command = program
    .command("serve")
    .argument("<model...>", "model folder; start one server for each model")
    .summary("serve a model over HTTP")
    .description("Serves a model over HTTP: a page at /, POST /predict, the Open Inference Protocol v2, and /openapi.json.")
    .action(async (models, options) => (await import("./serve-command.js")).serveCommand(io, models, options));
  addCommonOptions(addServerOptions(command));
  addExamples(command, "serve ./model", "serve ./model --port 9000 --host 0.0.0.0 --name parts");
  command.addHelpText("after", "  $ curl -F image=@part.png http://127.0.0.1:8080/predict\n");
}
