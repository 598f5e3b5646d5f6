import type { RunningServer, ServerOptions } from "@ltad/server";

/** A model and how it is served: address, limits and log. */
export interface ServeOptions extends Omit<ServerOptions, "port"> {
  /** 8080 by default; 0 chooses any free port. */
  readonly port?: number | undefined;
}

/**
 * Serves a model over HTTP: a page at /, POST /predict and the Open Inference Protocol v2.
 * @throws LtadError `LTAD_BUNDLE` for the model, `LTAD_CONFIG` for a port or address that cannot be used
 */
export async function serve({ port = 8080, ...options }: ServeOptions): Promise<RunningServer> {
  const { startServer } = await import("@ltad/server");
  return startServer({ ...options, port });
}
