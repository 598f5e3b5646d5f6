import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type ByteBudget, ByteBudgets } from "./byte-budget.js";
import { checkAnnounced, readBody } from "./read-body.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What the body of this request takes of the memory for all of them. */
    bytes: ByteBudget | undefined;
  }
}

export interface BodyOptions {
  /** Bytes of all bodies together that are read or worked on; 256 MiB. */
  readonly maxBytesInFlight?: number;
}

/** Routes that say nothing take no more than this. */
const small = 65_536;

const mediaType = /^\s*[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;|$)/;

/** Reads every body to a buffer, whatever it is said to be; the routes know what they expect. */
export function addBodies(app: FastifyInstance, { maxBytesInFlight = 256 * 2 ** 20 }: BodyOptions): void {
  const budgets = new ByteBudgets(maxBytesInFlight);
  app.decorateRequest("bytes", undefined);
  app.removeAllContentTypeParsers();
  app.addHook("onRequest", async ({ headers }) => {
    if (!mediaType.test(headers["content-type"] ?? "")) delete headers["content-type"]; // Fastify would refuse it; we do not need it
  });
  app.addHook("preParsing", async (request, reply) => {
    const { headers } = request;
    checkAnnounced(headers, request.routeOptions.config.maxBody ?? small);
    const bytes = budgets.open(Number(headers["content-length"] ?? 0));
    request.bytes = bytes;
    reply.raw.once("close", () => bytes.release());
  });
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: Readable) =>
    readBody(payload, request.headers, { limit: request.routeOptions.config.maxBody ?? small, budget: request.bytes! }),
  );
}
