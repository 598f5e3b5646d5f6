import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Metrics } from "./metrics/metrics.js";
import type { Models, Ticket } from "./models/models.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The place of a request for an inference; see {@link admit}. */
    ticket: Ticket | undefined;
  }
  interface FastifyContextConfig {
    /** Most bytes of the body. */
    readonly maxBody?: number;
    /** Whether it may be called without an API key, as load balancers do. */
    readonly isOpen?: boolean;
    /** Whether it is a page that links of other pages may lead to. */
    readonly isPage?: boolean;
  }
}

/** What the routes need. */
export interface ServerContext {
  readonly app: FastifyInstance;
  readonly models: Models;
  readonly metrics: Metrics;
  /** Largest image file, in bytes. */
  readonly maxBytes: number;
  /** Whether clients may load and unload models. */
  readonly modelControl: boolean;
}

/** Takes a place for a request, before its body is read; it is given back when the answer is out. */
export function admit({ models }: ServerContext, request: FastifyRequest, reply: FastifyReply, name: string, version?: string): void {
  const ticket = models.admit(name, version);
  request.ticket = ticket;
  reply.raw.once("close", () => ticket.place.release());
}
