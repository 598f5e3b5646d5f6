import type { RunningServer, ServerOptions } from "@ltad/server";

export type { RunningServer };

/** Models and how they are served. */
export type ServeOptions = ServerOptions;

/**
 * Serves models over HTTP: a page at /, POST /predict and the Open Inference Protocol v2.
 * @throws LtadError `LTAD_BUNDLE` for a model, `LTAD_CONFIG` for a port or address that cannot be used
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { startServer } = await import("@ltad/server");
  return startServer(options);
}
