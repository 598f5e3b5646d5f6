import type { FastifyInstance } from "fastify";
import { HttpError } from "../http-error.js";

/**
 * Closing lets every answer out, and ends the connections then. Browsers hold connections open that never carried a request, which Node
 * counts as busy: they are cut when the last answer is out, or when patience has ended.
 */
export function addEnding(app: FastifyInstance, patience: number): void {
  const state = { closing: false, open: 0 };
  const cut = () => app.server.closeAllConnections();
  app.addHook("onRequest", async () => {
    state.open++;
    if (state.closing)
      throw new HttpError("LTAD_NOT_READY", "The server is shutting down.", { retryAfter: 5, headers: { connection: "close" } });
  });
  app.addHook("onResponse", async () => {
    state.open--;
    if (state.closing && state.open === 0) cut();
  });
  app.addHook("preClose", async () => {
    state.closing = true;
    if (state.open === 0) cut();
    else setTimeout(cut, patience).unref();
  });
}
