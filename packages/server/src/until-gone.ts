import type { FastifyReply } from "fastify";

/** Fires when the client hangs up before it has its answer, and also, without effect, when the answer is out. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // The answer closes, not its connection: that may carry thousands of requests, and each listener would keep an image in memory.
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}
