import { once } from "node:events";
import { LtadError } from "@ltad/core";
import { type ParsedServerOptions, readServerOptions } from "@ltad/server/command";
import { serve } from "../../../serve.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export type ServeCommandOptions = CommonOptions & ParsedServerOptions & { readonly worker?: URL };

/** Serves models until Ctrl-C, after which every request that has come gets its answer. */
export async function serveCommand(io: Io, models: readonly string[], options: ServeCommandOptions): Promise<void> {
  const { worker } = options;
  if (models.length === 0 && options.repository === undefined)
    throw new LtadError("LTAD_CONFIG", "serve: expected a model folder, or --repository and a folder of models.", {
      details: { field: "model" },
    });
  await withSession(io, options, "The server has stopped.", async (session) => {
    const { logLevel, ...settings } = readServerOptions(models, options);
    const server = await serve({ ...settings, logger: { level: logLevel, stream: logStream(io) }, ...(worker && { worker }) });
    session.printJson({ url: server.url, ...(server.grpc && { grpc: server.grpc }) });
    session.print(`Serving ${[...models, options.repository].filter(Boolean).join(", ")} at ${server.url}`);
    if (server.grpc) session.print(`gRPC at ${server.grpc}`);
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
