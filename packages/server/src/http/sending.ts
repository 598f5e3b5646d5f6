import type { FastifyInstance } from "fastify";

/** Smaller answers fit into what the system takes off us, whether their reader reads or not. */
const large = 65_536;

/**
 * Keeps clients that do not read their answers from taking all memory: large answers count as the bodies do, and are cut off when they
 * take longer than a request may.
 */
export function addSending(app: FastifyInstance, timeout: number): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    if (!Buffer.isBuffer(payload) || payload.length < large) return done(null, payload);
    try {
      request.bytes?.addAnswer(payload.length);
    } catch (error) {
      for (const name of ["content-encoding", "inference-header-content-length"]) void reply.removeHeader(name);
      return done(error as Error);
    }
    const limit = setTimeout(() => reply.raw.destroy(), timeout).unref();
    reply.raw.once("close", () => clearTimeout(limit));
    done(null, payload);
  });
}
