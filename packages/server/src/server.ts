import { LtadError } from "@ltad/core";
import type { FastifyServerOptions } from "fastify";
import { createApp } from "./app.js";
import { startChildEngine } from "./child-engine.js";

export interface ServerOptions {
  /** Bundle folder. */
  readonly bundle: string;
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly modelName?: string;
  /** Threads of one inference; all cores by default. */
  readonly threads?: number;
  /** Largest image file, in bytes; 32 MiB. */
  readonly maxBytes?: number;
  /** Largest image, in pixels; 50 million. */
  readonly maxPixels?: number;
  /** Images that may wait; 16. */
  readonly maxQueue?: number;
  /** Milliseconds one image may take; 30 s. */
  readonly timeout?: number;
  readonly logger?: FastifyServerOptions["logger"];
  /** The worker's file; the one beside this file by default. */
  readonly worker?: URL | string;
}

export interface RunningServer {
  readonly url: string;
  /** Finishes what is being worked on, refuses the rest, frees the port. */
  close(): Promise<void>;
}

/**
 * Opens the bundle in a child process and serves it.
 * @throws LtadError `LTAD_BUNDLE` for the bundle, `LTAD_CONFIG` for a port that cannot be had
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { bundle, host = "127.0.0.1", port, modelName = "ltad", threads, maxBytes = 32 * 2 ** 20 } = options;
  const { maxPixels = 50_000_000, maxQueue = 16, timeout = 30_000, logger = false } = options;
  const worker = options.worker ?? new URL("worker.js", import.meta.url);
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
    EADDRINUSE: "is in use. Choose another with --port, or 0 for any free one.",
    EACCES: "may not be opened by this user. Choose one above 1023 with --port.",
    EADDRNOTAVAIL: "is not an address of this machine. Choose another with --host.",
    ENOTFOUND: "is not a name that is known here. Choose another with --host.",
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason ? new LtadError("LTAD_CONFIG", `${host}:${port} ${reason}`, { cause: error }) : (error as Error);
}
