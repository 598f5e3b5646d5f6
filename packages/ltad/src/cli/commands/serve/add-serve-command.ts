import { addServerOptions } from "@ltad/server/command";
import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples } from "../../options.js";

export function addServeCommand(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = program
    .command("serve")
    .argument("[model...]", "model folders that `ltad train` wrote; NAME=FOLDER names one")
    .summary("serve models over HTTP")
    .description("Serves models over HTTP: a page at /, POST /predict, the Open Inference Protocol v2 (also gRPC), and /docs.")
    .action(async (models, options) => setExitCode(await (await import("./serve-command.js")).serveCommand(io, models, options)));
  addCommonOptions(addServerOptions(command));
  addExamples(command, "serve ./model", "serve tiles=./tiles nuts=./nuts --port 9000 --grpc-port 9001");
  command.addHelpText("after", "  $ curl -F image=@part.png http://127.0.0.1:8080/predict\n");
}
