import { version } from "@ltad/core";
import { Command, InvalidArgumentError, Option } from "commander";
import type { ServerOptions } from "./server.js";

/** Where log lines go: a stream such as stderr. */
export interface LogStream {
  write(line: string): unknown;
}

/**
 * The command `ltad-server`.
 * @param log where the log goes
 * @param run starts the server
 */
export function serverCommand(log: LogStream, run: (options: ServerOptions) => Promise<void>): Command {
  const command = new Command("ltad-server")
    .description("Serves a trained LTAD model over HTTP: a page at /, POST /predict, Open Inference Protocol v2, /openapi.json.")
    .version(version)
    .requiredOption("--bundle <folder>", "the model folder that `ltad train --out` wrote")
    .addOption(portOption().default(8080))
    .allowExcessArguments(false);
  return addServerOptions(command)
    .addHelpText("after", help)
    .action(({ bundle, port, ...parsed }: ParsedServerOptions & { readonly bundle: string; readonly port: number }) =>
      run({ bundle, port, ...serverOptionsOf(parsed, log) }),
    );
}

/** The options of {@link addServerOptions} as commander reads them. */
export interface ParsedServerOptions {
  readonly host: string;
  readonly name: string;
  readonly threads?: number;
  readonly maxMegabytes: number;
  readonly maxMegapixels: number;
  readonly maxQueue: number;
  readonly timeout: number;
  readonly logLevel: string;
}

/** The port; each command chooses its default. */
export function portOption(): Option {
  return new Option("--port <number>", "port to listen on; 0 for any free one").argParser(whole(0, 65535));
}

/** Adds the options that `ltad-server` and `ltad serve` share to a command: address, limits and log. */
export function addServerOptions(command: Command): Command {
  return command
    .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines in, without a login", "127.0.0.1")
    .option("--name <name>", "name of the model in /v2/models/NAME", nameOf, "ltad")
    .option("--threads <number>", "threads of one inference (default: all cores)", whole(1, 1024))
    .option("--max-megabytes <number>", "largest image file", whole(1, 1024), 32)
    .option("--max-megapixels <number>", "largest image", whole(1, 1000), 50)
    .option("--max-queue <number>", "images that may wait; more are refused with status 503", whole(0, 10_000), 16)
    .option("--timeout <seconds>", "seconds that one image may take", whole(1, 3600), 30)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", levelOf, "info");
}

/** What commander has read, as options of {@link startServer}. @param log where the log goes */
export function serverOptionsOf(parsed: ParsedServerOptions, log: LogStream) {
  const { host, name, threads, maxMegabytes, maxMegapixels, maxQueue, timeout, logLevel } = parsed;
  return {
    host,
    modelName: name,
    ...(threads === undefined ? {} : { threads }),
    maxBytes: maxMegabytes * 2 ** 20,
    maxPixels: maxMegapixels * 1e6,
    maxQueue,
    timeout: timeout * 1000,
    logger: { level: logLevel, stream: { write: (line: string) => void log.write(line) } },
  } satisfies Partial<ServerOptions>;
}

const help = `
Examples:
  ltad-server --bundle ./model
  ltad-server --bundle ./model --port 9000 --host 0.0.0.0
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
