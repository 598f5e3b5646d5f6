import { availableParallelism } from "node:os";
import { LtadError } from "@ltad/core";
import { check } from "@ltad/core/check";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import { createApp } from "./app.js";
import { startPool } from "./engine/pool.js";
import { createKeyCheck } from "./http/api-keys.js";
import { startGrpc } from "./grpc/start-grpc.js";
import { Models } from "./models/models.js";
import { serverRule } from "./server-rule.js";
import { checkDecisionOptions, checkLimitNames } from "./models/decision-options.js";
import { portError } from "./port-error.js";
import { openTracing } from "./tracing/open-tracing.js";
import type { TracingOptions } from "./tracing/tracing.js";

/** What {@link startServer} serves, and how. */
export interface ServerOptions {
  /** Bundle folder, or a folder with subfolders 1, 2, ... that are versions; it is called `modelName`. */
  readonly bundle?: string | undefined;
  /** Name of the model `bundle`; `ltad` by default. */
  readonly modelName?: string | undefined;
  /** More such folders, by the name of their model. */
  readonly models?: Readonly<Record<string, string>> | undefined;
  /** A folder of such folders: each subfolder is a model. */
  readonly repository?: string | undefined;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 8080 by default; 0 for any free port. */
  readonly port?: number | undefined;
  /** Port of gRPC; none by default, and 0 for any free one. */
  readonly grpcPort?: number | undefined;
  /** Inference processes of each model; one for two cores by default, and one each when there are several models. */
  readonly processes?: number | undefined;
  /** Threads of one inference; the cores divided by the processes by default. */
  readonly threads?: number | undefined;
  /** Share of good images that may be judged not good, for requests that do not say it; that of each model by default. */
  readonly falseAlarmRate?: number | undefined;
  /** Limits of classes, by their names, in place of those of the models; whatever the rate of false alarms. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
  /** The most bytes that an image file may have; 32 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** The most pixels that an image may have; 50 million by default. */
  readonly maxPixels?: number | undefined;
  /** Requests that may wait; 16 by default. More are refused with status 503. */
  readonly maxQueue?: number | undefined;
  /** Milliseconds that one image may take; 30,000 by default. */
  readonly timeout?: number | undefined;
  /** Milliseconds within which a request must have arrived, with its body, and a large answer must have been read; 60,000 by default. */
  readonly requestTimeout?: number | undefined;
  /** Bytes of all bodies and large answers together, for HTTP and for gRPC each; 256 MiB by default. */
  readonly maxBytesInFlight?: number | undefined;
  /** Connections at the same time, for HTTP and for gRPC each; 1,000 by default. */
  readonly maxConnections?: number | undefined;
  /** More host names by which clients may reach the server; "*" allows every name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of pages that may call the server from a browser. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Keys that clients must send, as they are or as `sha256:` and their hash. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Certificate and key in PEM. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  /** Whether clients may load and unload models; by default where only this machine or holders of a key can call. */
  readonly modelControl?: boolean | undefined;
  /** Milliseconds between two looks at the folders for new bundles; 2,000 by default, and 0 for never. */
  readonly reloadInterval?: number | undefined;
  /** Where traces of requests go, by OpenTelemetry, whose packages must be installed; no traces by default. */
  readonly tracing?: TracingOptions | undefined;
  /** Fastify's logger, or its options; nothing is logged by default. */
  readonly logger?: FastifyServerOptions["logger"] | undefined;
  /** Program of the inference process, for tests; the server's own by default. */
  readonly worker?: URL | string | undefined;
}

/** A server that answers. */
export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** `127.0.0.1:8081`; undefined without gRPC. */
  readonly grpc: string | undefined;
  /** Looks for new bundles now. */
  reload(): Promise<void>;
  /** Answers every request that came before, refuses new ones, and frees the port. */
  close(): Promise<void>;
}

/** Built, or as it is where the sources run by tsx, whose options the child inherits. */
const ownWorker = new URL(import.meta.url.endsWith(".ts") ? "worker/main.ts" : "worker/main.js", import.meta.url);
const loopback = /^(localhost|127\.|::1$)/;

/**
 * Opens bundles in child processes and serves them; resolves when the server answers.
 * @throws LtadError `LTAD_BUNDLE` when a bundle cannot be opened, `LTAD_CONFIG` when the port or the address cannot be used
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  check("server", { options }, { options: serverRule });
  const { host = "127.0.0.1", port = 8080, grpcPort, reloadInterval = 2000, timeout = 30_000, apiKeys, logger } = options;
  checkDecisionOptions(options);
  createKeyCheck(apiKeys); // what is wrong with them, before the models are loaded
  const early: string[] = [];
  const log: { tell: (message: string) => void } = { tell: (message) => void early.push(message) };
  const tracing = options.tracing && (await openTracing(options.tracing, (message) => log.tell(message)));
  const models = await openModels(options, (message) => log.tell(message)).catch(async (error: unknown) => {
    await tracing?.close();
    throw error;
  });
  const modelControl = options.modelControl ?? (loopback.test(host) || (apiKeys?.length ?? 0) > 0);
  const shared = { ...withoutUndefined(options), host, models, modelControl, tracing };
  const app = await createApp({ ...shared, patience: timeout, logger: logger ?? false });
  log.tell = (message) => app.log.warn(message);
  for (const message of early) app.log.info(message);
  try {
    const url = await listen(app, host, port);
    const grpc = grpcPort === undefined ? undefined : await startGrpc({ ...shared, port: grpcPort });
    const poll =
      reloadInterval > 0
        ? setInterval(
            () => void models.refresh().catch((error: unknown) => app.log.error({ err: error }, "looking for new bundles failed")),
            reloadInterval,
          ).unref()
        : undefined;
    const close = async () => {
      clearInterval(poll);
      try {
        await Promise.all([grpc?.close(timeout), app.close()]);
      } finally {
        await tracing?.close();
      }
    };
    return { url, grpc: grpc?.address, reload: () => models.reload(), close };
  } catch (error) {
    await app.close();
    await tracing?.close();
    throw error;
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw portError(host, port, error);
  }
}

async function openModels(options: ServerOptions, log: (message: string) => void): Promise<Models> {
  const { bundle, modelName = "ltad", models = {}, repository, worker = ownWorker, falseAlarmRate, limits } = options;
  const { maxPixels = 50_000_000, maxQueue = 16, timeout = 30_000 } = options;
  const folders = new Map([...(bundle === undefined ? [] : [[modelName, bundle] as const]), ...Object.entries(models)]);
  if (folders.size === 0 && repository === undefined)
    throw new LtadError("LTAD_CONFIG", "server: expected a model folder, or a repository of models.");
  const cores = availableParallelism();
  const processes = options.processes ?? (folders.size === 1 && repository === undefined ? Math.max(1, Math.floor(cores / 2)) : 1);
  const threads = options.threads ?? Math.max(1, Math.floor(cores / processes));
  const shared = { worker, processes, threads, maxPixels, maxQueue, timeout, falseAlarmRate, limits, log };
  const opened = await Models.open({ folders, repository, open: (folder) => startPool({ bundle: folder, ...shared }), log });
  try {
    checkLimitNames(limits, opened);
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Options that are given: those that are undefined would take the place of defaults. */
function withoutUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
