import type { FastifyReply } from "fastify";

/** Fires when the client hangs up before it has its answer, and, of no more use then, when the answer is out. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort()); // of the answer, not of its connection: that may carry thousands, each with an image held by its signal
  return gone.signal;
}
