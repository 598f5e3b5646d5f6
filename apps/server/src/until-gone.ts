import type { FastifyRequest } from "fastify";

/** Fires when the client hangs up before it has its answer. */
export function untilGone(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.socket.once("close", () => gone.abort());
  return gone.signal;
}
