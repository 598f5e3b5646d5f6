import { once } from "node:events";
import { LtadError } from "@ltad/core";
import { type ParsedServerOptions, readServerOptions } from "@ltad/server/command";
import { serve } from "../../../serve.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export type ServeCommandOptions = CommonOptions & ParsedServerOptions & { readonly worker?: URL };

/** Serves a model until Ctrl-C, which lets the image that is being worked on get its answer. */
export async function serveCommand(io: Io, models: readonly string[], options: ServeCommandOptions): Promise<void> {
  const { worker } = options;
  const [bundle = "", ...others] = models;
  if (others.length > 0)
    throw new LtadError("LTAD_CONFIG", `serve: one server serves one model, received ${models.length}. Start another on another --port.`, {
      details: { field: "model", received: models },
    });
  await withSession(io, options, "The server has stopped.", async (session) => {
    const { logLevel, ...settings } = readServerOptions(bundle, options);
    const server = await serve({ ...settings, logger: { level: logLevel, stream: logStream(io) }, ...(worker && { worker }) });
    session.printJson({ url: server.url });
    session.print(`Serving ${bundle} at ${server.url}`);
    session.info("Ctrl-C stops the server.");
    if (!session.signal.aborted) await once(session.signal, "abort");
    await server.close();
  });
}

/** The log goes to stderr: stdout carries the result. */
function logStream({ stderr }: Io) {
  return { write: (line: string) => void stderr.write(line) };
}
