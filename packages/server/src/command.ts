import { type Command, InvalidArgumentError, Option } from "commander";
import type { ServerOptions } from "./server.js";

/** `@ltad/server/command`: the options of a command that starts the server, without the server itself. */

/** What the options of {@link addServerOptions} are parsed to. */
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

/** The port; a command decides whether it must be given. */
export function portOption(): Option {
  return new Option("--port <number>", "0 for any free one").argParser(whole(0, 65535));
}

/** Adds the options of the server to a command: address, limits and log. */
export function addServerOptions(command: Command): Command {
  return command
    .option("--host <address>", "0.0.0.0 lets other machines in: there is no login, put a proxy in front", "127.0.0.1")
    .option("--name <name>", "of the model in /v2/models/NAME", nameOf, "ltad")
    .option("--threads <number>", "of one inference (default: all cores)", whole(1, 1024))
    .option("--max-megabytes <number>", "of one image file", whole(1, 1024), 32)
    .option("--max-megapixels <number>", "of one image", whole(1, 1000), 50)
    .option("--max-queue <number>", "images that may wait; more get 503", whole(0, 10_000), 16)
    .option("--timeout <seconds>", "that one image may take", whole(1, 3600), 30)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", levelOf, "info");
}

/** The same as options of {@link startServer}. @param stream where the log goes */
export function serverOptionsOf(parsed: ParsedServerOptions, stream: { write(line: string): unknown }) {
  const { host, name, threads, maxMegabytes, maxMegapixels, maxQueue, timeout, logLevel } = parsed;
  return {
    host,
    modelName: name,
    ...(threads === undefined ? {} : { threads }),
    maxBytes: maxMegabytes * 2 ** 20,
    maxPixels: maxMegapixels * 1e6,
    maxQueue,
    timeout: timeout * 1000,
    logger: { level: logLevel, stream: { write: (line: string) => void stream.write(line) } },
  } satisfies Partial<ServerOptions>;
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
