import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../messages.js";

/** Where traces go, and which requests they are of. */
export interface TracingOptions {
  /** Address that takes traces by OTLP over HTTP: http://127.0.0.1:4318/v1/traces */
  readonly url: string;
  /** Headers that go with them, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is said about this server; `service.name` is ltad by default. */
  readonly resource?: Readonly<Record<string, string>> | undefined;
  /** Share of the requests that are traced; 1 by default. */
  readonly share?: number | undefined;
  /** Whether a caller that traces its request, or says that it does not, has decided; true by default. */
  readonly followsCaller?: boolean | undefined;
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A request that begins now. */
export interface RequestStart {
  readonly name: string;
  /** With `traceparent` and `tracestate` of the caller, where it traces. */
  readonly headers: IncomingHttpHeaders;
  readonly attributes: Attributes;
}

/** An image, and the bundle that had it. */
export interface TracedImage {
  /** By `performance.now()`. */
  readonly start: number;
  readonly model: string;
  readonly version: string;
}

/** The trace of one request. */
export interface RequestTrace {
  readonly traceId: string;
  /** For the headers of the answer. */
  readonly traceparent: string;
  /** A part of the request took from then until now. */
  part(name: string, start: number): void;
  judged(image: TracedImage, answer: Answer & { readonly waited: number }): void;
  failed(image: TracedImage, code: string): void;
  /** The answer is out. */
  end(attributes: Attributes, isFault: boolean): void;
}

/** Traces requests. */
export interface Tracing {
  start(request: RequestStart): RequestTrace;
  /** Sends what is left, for five seconds at the most. */
  close(): Promise<void>;
}
