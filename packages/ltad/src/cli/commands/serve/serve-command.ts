import { once } from "node:events";
import { LtadError } from "@ltad/core";
import { type ParsedServerOptions, readServerOptions } from "@ltad/server/command";
import { serve } from "../../../serve.js";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export type ServeCommandOptions = CommonOptions & ParsedServerOptions & { readonly worker?: URL };

/**
 * Serves models until Ctrl-C, after which every request that has come gets its answer. A process beside it starts it again when it dies.
 * @returns the exit code
 */
export async function serveCommand(io: Io, models: readonly string[], options: ServeCommandOptions): Promise<number> {
  if (models.length === 0 && options.repository === undefined)
    throw new LtadError("LTAD_CONFIG", "serve: expected a model folder, or --repository and a folder of models.", {
      details: { field: "model" },
    });
  if (io.watch) return io.watch();
  await serveHere(io, models, options);
  return exitCodes.done;
}

async function serveHere(io: Io, models: readonly string[], options: ServeCommandOptions): Promise<void> {
  const { worker } = options;
  await withSession(io, options, "The server has stopped.", async (session) => {
    const { logLevel, ...settings } = readServerOptions(models, options, io.env);
    const server = await serve({ ...settings, logger: { level: logLevel, stream: logStream(io) }, ...(worker && { worker }) });
    session.printJson({ url: server.url, ...(server.grpc && { grpc: server.grpc }) });
    session.print(`Serving ${[...models, options.repository].filter(Boolean).join(", ")} at ${server.url}`);
    if (server.grpc) session.print(`gRPC at ${server.grpc}`);
    io.serving?.();
    session.info("Ctrl-C stops the server.");
    const stopListening = io.onHangup?.(() => void server.reload());
    if (!session.signal.aborted) await once(session.signal, "abort");
    stopListening?.();
    await server.close();
  });
}

/** The log goes to stderr: stdout carries the result. */
function logStream({ stderr }: Io) {
  return { write: (line: string) => void stderr.write(line) };
}
