import { version } from "@ltad/core";
import { Command, InvalidArgumentError } from "commander";
import type { ServerOptions } from "./server.js";

/** What the command line says: options of {@link startServer}, and the level of the log. */
export interface ServerCommandOptions extends Omit<ServerOptions, "logger" | "worker"> {
  readonly logLevel: string;
}

/** The command `ltad-server`. @param run what it does */
export function serverCommand(run: (options: ServerCommandOptions) => Promise<void>): Command {
  const command = new Command("ltad-server")
    .description("Serves a trained LTAD model over HTTP: a page at /, POST /predict, Open Inference Protocol v2, /openapi.json.")
    .version(version)
    .option("--bundle <folder>", "the model folder that `ltad train --out` wrote")
    .allowExcessArguments(false);
  return addServerOptions(command)
    .addHelpText("after", serverHelp("ltad-server --bundle ./model"))
    .action(({ bundle, ...parsed }: ParsedServerOptions & { readonly bundle?: string }) => {
      // Not `requiredOption`, which would hide a misspelt name behind the missing one.
      const code = "commander.missingMandatoryOptionValue";
      if (bundle === undefined) return command.error("error: required option '--bundle <folder>' not specified", { code });
      return run(readServerOptions(bundle, parsed));
    });
}

/** The options of {@link addServerOptions} as commander reads them. */
export interface ParsedServerOptions {
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

/** Adds everything but the bundle to a command: the options that `ltad-server` and `ltad serve` share. */
export function addServerOptions(command: Command): Command {
  return command
    .option("--port <number>", "port to listen on; 0 for any free one", whole(0, 65535), 8080)
    .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines in, without a login", "127.0.0.1")
    .option("--name <name>", "name of the model in /v2/models/NAME", nameOf, "ltad")
    .option("--threads <number>", "threads of one inference (default: all cores)", whole(1, 1024))
    .option("--max-megabytes <number>", "largest image file", whole(1, 1024), 32)
    .option("--max-megapixels <number>", "largest image", whole(1, 1000), 50)
    .option("--max-queue <number>", "images that may wait; more are refused with status 503", whole(0, 10_000), 16)
    .option("--timeout <seconds>", "seconds that one image may take", whole(1, 3600), 30)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", levelOf, "info");
}

/** The options of {@link startServer} for a bundle and what commander has read. */
export function readServerOptions(bundle: string, parsed: ParsedServerOptions): ServerCommandOptions {
  const { port, host, name, threads, maxMegabytes, maxMegapixels, maxQueue, timeout, logLevel } = parsed;
  return {
    bundle,
    port,
    host,
    modelName: name,
    ...(threads === undefined ? {} : { threads }),
    maxBytes: maxMegabytes * 2 ** 20,
    maxPixels: maxMegapixels * 1e6,
    maxQueue,
    timeout: timeout * 1000,
    logLevel,
  };
}

/** The end of a help text. @param start how the server is started */
export function serverHelp(start: string): string {
  return `
Examples:
  ${start} --port 8080
  curl -F image=@part.png http://127.0.0.1:8080/predict
  curl -F image=@part.png -H "Accept: image/png" http://127.0.0.1:8080/predict > overlay.png

Exit codes: 0 done, 1 failed, 2 wrong use, 3 bad bundle.`;
}

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
