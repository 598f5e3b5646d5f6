import { LtadError } from "@ltad/core";
import type { FastifyServerOptions } from "fastify";
import { createApp } from "./app.js";
import { startChildEngine } from "./child-engine.js";

/** What {@link startServer} serves, and how. */
export interface ServerOptions {
  /** Bundle folder. */
  readonly bundle: string;
  /** Address to listen on; 127.0.0.1 by default, which other machines cannot reach. There is no login: put a proxy in front of any other. */
  readonly host?: string;
  /** 8080 by default; 0 for any free port. */
  readonly port?: number;
  /** Name of the model in /v2/models/NAME; `ltad` by default. */
  readonly modelName?: string;
  /** Threads of one inference; all cores by default. */
  readonly threads?: number;
  /** Largest image file, in bytes; 32 MiB by default. */
  readonly maxBytes?: number;
  /** Largest image, in pixels; 50 million by default. */
  readonly maxPixels?: number;
  /** Images that may wait; 16 by default. More are refused with status 503. */
  readonly maxQueue?: number;
  /** Milliseconds that one image may take; 30,000 by default. */
  readonly timeout?: number;
  /** Fastify's logger, or its options; nothing is logged by default. */
  readonly logger?: FastifyServerOptions["logger"];
  /** Program of the inference process, for tests; ours by default. */
  readonly worker?: URL | string;
}

/** A server that answers. */
export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Finishes the image in work, refuses the images that wait, and frees the port. */
  close(): Promise<void>;
}

/** Built, or as it is where the sources run by tsx, whose options the child inherits. */
const ownWorker = new URL(import.meta.url.endsWith(".ts") ? "worker/main.ts" : "worker/main.js", import.meta.url);

/**
 * Opens a bundle in a child process and serves it over HTTP; resolves when the server answers.
 * @throws LtadError `LTAD_BUNDLE` when the bundle cannot be opened, `LTAD_CONFIG` when the port or the address cannot be used
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { bundle, host = "127.0.0.1", port = 8080, modelName = "ltad", threads, maxBytes = 32 * 2 ** 20 } = options;
  const { maxPixels = 50_000_000, maxQueue = 16, timeout = 30_000, logger = false } = options;
  const worker = options.worker ?? ownWorker;
  const log: { told: (message: string) => void } = { told: () => {} };
  const engine = await startChildEngine({ bundle, threads, maxPixels, worker, maxQueue, timeout, log: (message) => log.told(message) });
  try {
    const app = await createApp({ engine, modelName, maxBytes, logger });
    log.told = (message) => app.log.warn(message);
    const url = await app.listen({ host, port }).catch(async (error: unknown) => {
      await app.close();
      throw portError(host, port, error);
    });
    return { url, close: () => app.close() };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function portError(host: string, port: number, error: unknown): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "is in use. Choose another port, or 0 for any free one.",
    EACCES: "may not be opened by this user. Choose a port above 1023.",
    EADDRNOTAVAIL: "is not an address of this machine. Choose another host.",
    ENOTFOUND: "is not a name that this machine knows. Choose another host.",
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason ? new LtadError("LTAD_CONFIG", `${host}:${port} ${reason}`, { cause: error }) : (error as Error);
}
