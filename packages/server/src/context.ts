import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "./http-error.js";
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

/** How long a request waits for a place before it is refused, in milliseconds. */
const patience = 500;

/**
 * Takes a place for a request, before its body is read; it is given back when the answer is out.
 * Where there is none, the request waits a moment and tries again. Clients that send a refused request again immediately would otherwise take
 * the processor from the images that are worked on; a request that waits costs nothing.
 * @throws HttpError `LTAD_BUSY`, `LTAD_NOT_FOUND`, `LTAD_NOT_READY`
 */
export async function admit(
  { models }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  version?: string,
): Promise<void> {
  const take = () => models.admit(name, version);
  const ticket = await later(take, (error) => error instanceof HttpError && error.code === "LTAD_BUSY");
  request.ticket = ticket;
  if (reply.raw.destroyed || reply.raw.socket?.destroyed) ticket.place.release(); // its client has gone
  reply.raw.once("close", () => ticket.place.release());
}

async function later<T>(action: () => T, isWorthWaiting: (error: unknown) => boolean): Promise<T> {
  try {
    return action();
  } catch (error) {
    if (!isWorthWaiting(error)) throw error;
    await new Promise((resolve) => setTimeout(resolve, patience));
    return action();
  }
}
