import { version } from "@ltad/core";
import { addServerOptions, type ParsedServerOptions, portOption } from "@ltad/server/command";
import { Command } from "commander";

export interface CommandOptions extends ParsedServerOptions {
  readonly bundle: string;
  readonly port: number;
}

/** The arguments of `ltad-server`. */
export function serverCommand(run: (options: CommandOptions) => Promise<void>): Command {
  const command = new Command("ltad-server")
    .description("Serves a trained LTAD model over HTTP: a page at /, POST /predict, Open Inference Protocol v2, /openapi.json.")
    .version(version)
    .requiredOption("--bundle <folder>", "what `ltad train --out` wrote")
    .addOption(portOption().makeOptionMandatory());
  return addServerOptions(command).allowExcessArguments(false).addHelpText("after", examples).action(run);
}

const examples = `
Examples:
  node apps/server/dist/main.js --bundle runs/demo --port 8080
  curl -F image=@part.png http://127.0.0.1:8080/predict
  curl -F image=@part.png -H "Accept: image/png" http://127.0.0.1:8080/predict > overlay.png

Exit codes: 0 done, 1 failed, 2 wrong use, 3 bad bundle.`;
