import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from "@grpc/grpc-js";
import { toHttpError } from "../http-error.js";
import { ByteBudgets } from "../http/byte-budget.js";
import type { Connections } from "./connections.js";
import { grpcStatus } from "./grpc-codes.js";
import type { InferResponseMessage } from "./messages.js";

export interface SendingOptions {
  /** Bytes of all answers together that are on their way. */
  readonly maxBytesInFlight: number;
  /** Milliseconds in which a client must have read an answer. */
  readonly timeout: number;
  readonly connections: Connections;
}

/** What an answer takes beside its tensors. Over HTTP/2 even the smallest stays in this process until its client is ready to read it. */
const overhead = 4096;

/** Keeps clients that do not read their answers from taking all memory: answers count, and are cut off when they take too long. */
export function createSending({ maxBytesInFlight, timeout, connections }: SendingOptions): ServerInterceptor {
  const budgets = new ByteBudgets(maxBytesInFlight);
  return (_, call) => {
    const bytes = budgets.open(0);
    let limit: NodeJS.Timeout | undefined;
    const listener = new ServerListenerBuilder()
      .withOnCancel(() => {
        clearTimeout(limit); // it is also called when an answer has gone out
        bytes.release();
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendMessage((message: Partial<InferResponseMessage>, next) => {
        try {
          bytes.addAnswer(sizeOf(message));
        } catch (error) {
          return call.sendStatus(grpcStatus(toHttpError(error)));
        }
        limit = setTimeout(() => void cut(call, connections, Math.min(5000, timeout)), timeout).unref();
        next(message);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

function sizeOf({ raw_output_contents: tensors = [] }: Partial<InferResponseMessage>): number {
  return tensors.reduce((sum, { length }) => sum + length, overhead);
}

/**
 * Ends a call whose client does not read, for which grpc-js has no function. The other calls of its connection go on, unless nothing is read
 * of them either: what Node has begun to write is freed with the socket alone.
 */
async function cut(call: ServerInterceptingCallInterface, connections: Connections, patience: number): Promise<void> {
  const { stream } = call as ServerInterceptingCallInterface & { readonly stream?: ServerHttp2Stream };
  if (stream?.session && (await answersPing(stream.session, patience))) stream.close(constants.NGHTTP2_CANCEL);
  else connections.find(call.getConnectionInfo())?.destroy();
}

const pings = new WeakMap<Http2Session, Promise<boolean>>();

/** Whether the other end reads: one ping at a time, because Node lets only a few be on their way. */
function answersPing(session: Http2Session, patience: number): Promise<boolean> {
  const sent = pings.get(session);
  if (sent) return sent;
  const answered = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), patience).unref();
    session.ping((error) => resolve(error === null));
  });
  pings.set(session, answered);
  void answered.then(() => pings.delete(session));
  return answered;
}
