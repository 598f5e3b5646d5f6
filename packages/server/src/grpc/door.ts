import { type Metadata, ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder } from "@grpc/grpc-js";
import { HttpError, toHttpError } from "../http-error.js";
import { grpcStatus } from "./grpc-codes.js";

export interface DoorOptions {
  /** Messages that may be on their way at the same time; other calls wait for their turn. */
  readonly most: number;
  /** Milliseconds in which a turn must come, and in which a message must have come then. */
  readonly timeout: number;
  /** Says what is wrong with a call before its message is read. @throws HttpError */
  readonly check: (metadata: Metadata) => void;
}

/** Methods that need no key; what they receive is small, and must not wait for images. */
const health: ReadonlySet<string> = new Set(["ServerLive", "ServerReady"]);

/**
 * Lets calls send their messages a few at a time, so that many of the largest together cannot take all memory. What a call that waits has
 * sent stays with its sender: nothing is read of it.
 */
export function createDoor({ most, timeout, check }: DoorOptions): ServerInterceptor {
  const [images, others] = [new Turns(most), new Turns(most)];
  return ({ path }, call) => {
    const method = path.slice(path.lastIndexOf("/") + 1);
    const turns = health.has(method) ? others : images;
    let leave = () => {};
    const refuse = (error: unknown) => {
      leave();
      call.sendStatus(grpcStatus(toHttpError(error)));
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          if (!health.has(method)) check(metadata);
        } catch (error) {
          return refuse(error);
        }
        const limit = setTimeout(() => refuse(new HttpError("LTAD_TIMEOUT", "The message did not come in time.")), timeout);
        const given = turns.take(() => next(metadata));
        leave = () => {
          clearTimeout(limit);
          given();
        };
      })
      .withOnReceiveMessage((message, next) => {
        leave();
        next(message);
      })
      .withOnCancel(() => leave())
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

/** Turns of which there are a few at the same time. */
class Turns {
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** Calls back when it is the caller's turn, now or later. @returns a function that gives up the turn, or the wait for it; further calls do nothing */
  take(begin: () => void): () => void {
    let has = false;
    const start = () => {
      has = true;
      this.#taken++;
      begin();
    };
    if (this.#taken < this.most) start();
    else this.#waiting.add(start);
    return () => {
      this.#waiting.delete(start);
      if (!has) return;
      has = false;
      this.#taken--;
      const [first] = this.#waiting;
      if (!first) return;
      this.#waiting.delete(first);
      first();
    };
  }
}
