import { version } from "@ltad/core";
import { Command, InvalidArgumentError } from "commander";
import type { ServerOptions } from "@ltad/server";

export interface CommandOptions extends Omit<ServerOptions, "logger" | "worker"> {
  readonly logLevel: string;
}

/** The arguments of `ltad-server`. */
export function serverCommand(run: (options: CommandOptions) => Promise<void>): Command {
  return new Command("ltad-server")
    .description("Serves a trained LTAD model over HTTP: a page at /, POST /predict, Open Inference Protocol v2, /openapi.json.")
    .version(version)
    .requiredOption("--bundle <folder>", "what `ltad train --out` wrote")
    .requiredOption("--port <number>", "0 for any free one", whole(0, 65535))
    .option("--host <address>", "0.0.0.0 lets other machines in: there is no login, put a proxy in front", "127.0.0.1")
    .option("--name <name>", "of the model in /v2/models/NAME", nameOf, "ltad")
    .option("--threads <number>", "of one inference (default: all cores)", whole(1, 1024))
    .option("--max-megabytes <number>", "of one image file", whole(1, 1024), 32)
    .option("--max-megapixels <number>", "of one image", whole(1, 1000), 50)
    .option("--max-queue <number>", "images that may wait; more get 503", whole(0, 10_000), 16)
    .option("--timeout <seconds>", "that one image may take", whole(1, 3600), 30)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", levelOf, "info")
    .allowExcessArguments(false)
    .addHelpText("after", examples)
    .action(({ name, maxMegabytes, maxMegapixels, timeout, ...rest }: Parsed) =>
      run({ ...rest, modelName: name, maxBytes: maxMegabytes * 2 ** 20, maxPixels: maxMegapixels * 1e6, timeout: timeout * 1000 }),
    );
}

interface Parsed {
  readonly bundle: string;
  readonly port: number;
  readonly host: string;
  readonly name: string;
  readonly threads?: number;
  readonly maxMegabytes: number;
  readonly maxMegapixels: number;
  readonly maxQueue: number;
  readonly timeout: number;
  readonly logLevel: string;
}

const examples = `
Examples:
  node apps/server/dist/main.js --bundle runs/demo --port 8080
  curl -F image=@part.png http://127.0.0.1:8080/predict
  curl -F image=@part.png -H "Accept: image/png" http://127.0.0.1:8080/predict > overlay.png

Exit codes: 0 done, 1 failed, 2 wrong use, 3 bad bundle.`;

function whole(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}

function nameOf(text: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected letters, digits, dots, dashes and underscores.");
}

function levelOf(text: string): string {
  if (["trace", "debug", "info", "warn", "error", "silent"].includes(text)) return text;
  throw new InvalidArgumentError("Expected trace, debug, info, warn, error or silent.");
}
