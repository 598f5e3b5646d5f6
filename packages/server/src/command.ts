import { basename, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { LtadError, version } from "@ltad/core";
import { Command, InvalidArgumentError } from "commander";
import { keysIn } from "./http/api-keys.js";
import { modelName } from "./models/find-versions.js";
import type { ServerOptions } from "./server.js";
import { readOtelVariables } from "./tracing/read-otel-variables.js";

export { supervise } from "./supervise.js";

/** The options of the command line: those of {@link startServer}, and the level of the log. */
export interface ServerCommandOptions extends Omit<ServerOptions, "logger" | "worker"> {
  readonly logLevel: string;
}

/** Variables of the environment. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The command `ltad-server`. @param run starts the server @param env variables that say where traces go */
export function serverCommand(run: (options: ServerCommandOptions) => Promise<void>, env: Environment = {}): Command {
  const command = new Command("ltad-server")
    .description("Serves trained LTAD models: a page at /, POST /predict, Open Inference Protocol v2 over HTTP and gRPC, /docs.")
    .version(version)
    .option("--bundle <folder...>", "model folder that `ltad train --out` wrote, or NAME=FOLDER")
    .allowExcessArguments(false);
  return addServerOptions(command)
    .addHelpText("after", serverHelp("ltad-server --bundle ./model"))
    .action(({ bundle = [], ...parsed }: ParsedServerOptions & { readonly bundle?: readonly string[] }) => {
      // Not `requiredOption`, which would hide a misspelt name behind the missing one.
      const code = "commander.missingMandatoryOptionValue";
      if (bundle.length === 0 && parsed.repository === undefined)
        return command.error("error: required option '--bundle <folder>' not specified", { code });
      return run(readServerOptions(bundle, parsed, env));
    });
}

/** The options of {@link addServerOptions} as commander reads them. */
export interface ParsedServerOptions {
  readonly port: number;
  readonly host: string;
  readonly name: string;
  readonly repository?: string;
  readonly grpcPort?: number;
  readonly processes?: number;
  readonly threads?: number;
  readonly maxMegabytes: number;
  readonly maxMegapixels: number;
  readonly maxQueue: number;
  readonly timeout: number;
  readonly allowHost?: readonly string[];
  readonly corsOrigin?: readonly string[];
  readonly apiKeys?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly modelControl?: boolean;
  readonly reload: boolean;
  readonly falseAlarmRate?: number;
  readonly limit?: Readonly<Record<string, number>>;
  readonly otlpEndpoint?: string;
  readonly logLevel: string;
}

/** Adds everything but the bundle to a command: the options that `ltad-server` and `ltad serve` share. */
export function addServerOptions(command: Command): Command {
  return command
    .option("--port <number>", "port to listen on; 0 for any free port", whole(0, 65535), 8080)
    .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines in", "127.0.0.1")
    .option("--grpc-port <number>", "port of gRPC (default: no gRPC)", whole(0, 65535))
    .option("--name <name>", "name in /v2/models/NAME of a model folder that is given without one", nameOf, "ltad")
    .option("--repository <folder>", "a folder of models: each subfolder is one, or has versions 1, 2, ...")
    .option("--processes <number>", "inference processes per model (default: one per two cores)", whole(1, 256))
    .option("--threads <number>", "threads of one inference (default: cores / processes)", whole(1, 1024))
    .option("--max-megabytes <number>", "maximum size of an image file in megabytes", whole(1, 1024), 32)
    .option("--max-megapixels <number>", "maximum size of an image in megapixels", whole(1, 1000), 50)
    .option("--max-queue <number>", "number of requests that may wait; more are refused with status 503", whole(0, 10_000), 16)
    .option("--timeout <seconds>", "time limit of one image in seconds", whole(1, 3600), 30)
    .option("--false-alarm-rate <share>", "share of good images that may be judged anomalous (default: each model's)", share)
    .option("--limit <class=score...>", "limit of a class, instead of the model's", limitOf)
    .option("--allow-host <name...>", "additional host names by which clients may address this server")
    .option("--cors-origin <origin...>", "origins of web pages that may call this server")
    .option("--api-keys <file>", "file of API keys, one per line: in plain text, or as sha256:HASH")
    .option("--tls-cert <file>", "certificate chain in PEM, for HTTPS")
    .option("--tls-key <file>", "private key of the certificate in PEM")
    .option("--model-control", "let clients load and unload models, even without a key")
    .option("--no-reload", "do not look for new bundles in the model folders")
    .option(
      "--otlp-endpoint <url>",
      "send traces to this OpenTelemetry collector, by OTLP over HTTP (default: OTEL_EXPORTER_OTLP_ENDPOINT)",
    )
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", levelOf, "info");
}

/**
 * The options of {@link startServer} for model folders and what commander has read.
 * @param bundles FOLDER or NAME=FOLDER; one folder alone has the name of the option, several have their own
 * @param env where traces go, in OpenTelemetry's standard variables
 * @throws LtadError `LTAD_CONFIG` for two models of one name, an invalid name, or a file that cannot be read
 */
export function readServerOptions(bundles: readonly string[], parsed: ParsedServerOptions, env: Environment = {}): ServerCommandOptions {
  const { port, host, name, maxMegabytes, maxMegapixels, maxQueue, timeout, logLevel, reload, apiKeys } = parsed;
  const given = {
    repository: parsed.repository,
    grpcPort: parsed.grpcPort,
    processes: parsed.processes,
    threads: parsed.threads,
    allowedHosts: parsed.allowHost,
    corsOrigins: parsed.corsOrigin,
    falseAlarmRate: parsed.falseAlarmRate,
    limits: parsed.limit,
    apiKeys: apiKeys === undefined ? undefined : nonEmpty(keysIn(textOf(apiKeys)), apiKeys),
    tls: tlsOf(parsed),
    modelControl: parsed.modelControl,
    tracing: readOtelVariables(env, parsed.otlpEndpoint),
    reloadInterval: reload ? undefined : 0,
  };
  return {
    models: modelsOf(bundles, name),
    port,
    host,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<ServerCommandOptions>),
    maxBytes: maxMegabytes * 2 ** 20,
    maxPixels: maxMegapixels * 1e6,
    maxQueue,
    timeout: timeout * 1000,
    logLevel,
  };
}

function modelsOf(bundles: readonly string[], defaultName: string): Record<string, string> {
  const models = new Map<string, string>();
  for (const bundle of bundles) {
    const [, own, rest] = /^([^=/\\]+)=(.+)$/s.exec(bundle) ?? [];
    const folder = rest ?? bundle;
    const name = own ?? (bundles.length === 1 ? defaultName : basename(resolve(folder)));
    if (!modelName.test(name))
      throw new LtadError(
        "LTAD_CONFIG",
        `model ${JSON.stringify(name)}: expected letters, digits, dots, dashes and underscores. Name it: NAME=${folder}`,
      );
    if (models.has(name)) throw new LtadError("LTAD_CONFIG", `Two models have the name ${name}. Name them: NAME=FOLDER`);
    models.set(name, folder);
  }
  return Object.fromEntries(models);
}

function tlsOf({ tlsCert, tlsKey }: ParsedServerOptions) {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw new LtadError("LTAD_CONFIG", "TLS: expected both --tls-cert and --tls-key.");
  return { cert: textOf(tlsCert), key: textOf(tlsKey) };
}

function nonEmpty(keys: readonly string[], file: string): readonly string[] {
  if (keys.length > 0) return keys;
  throw new LtadError("LTAD_CONFIG", `${file}: contains no API key, so everyone could use the server. Write one key per line.`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new LtadError("LTAD_CONFIG", `${file}: cannot be read (${(error as Error).message}).`, { cause: error });
  }
}

/** The end of a help text. @param start how the server is started */
export function serverHelp(start: string): string {
  return `
Examples:
  ${start} --port 8080
  curl -F image=@part.png http://127.0.0.1:8080/predict
  curl -F image=@part.png -H "Accept: image/png" http://127.0.0.1:8080/predict > overlay.png

On SIGHUP, the server looks for new bundles; on SIGTERM and Ctrl-C, it answers all requests that have arrived, then stops.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad bundle.`;
}

function whole(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}

function share(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Expected a share above 0 and below 1, such as 0.01 for 1 %.");
}

/** One more limit: the name of the class, and the score after the last "=". */
function limitOf(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [, name = "", score = ""] = /^(.+)=([^=]+)$/su.exec(text) ?? [];
  if (name !== "" && score.trim() !== "" && Number.isFinite(Number(score)))
    return Object.fromEntries([...Object.entries(before), [name, Number(score)]]);
  throw new InvalidArgumentError("Expected CLASS=SCORE, such as tile=3.5.");
}

function nameOf(text: string): string {
  if (modelName.test(text)) return text;
  throw new InvalidArgumentError("Expected letters, digits, dots, dashes and underscores.");
}

function levelOf(text: string): string {
  if (["trace", "debug", "info", "warn", "error", "silent"].includes(text)) return text;
  throw new InvalidArgumentError("Expected trace, debug, info, warn, error or silent.");
}
