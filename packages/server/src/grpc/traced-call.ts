import { Metadata, type ServerUnaryCall } from "@grpc/grpc-js";
import { toHttpError } from "../http-error.js";
import type { RequestTrace, Tracing } from "../tracing/tracing.js";

/** Traces a call. Its metadata may say which trace it belongs to, and so do those of the answer. */
export async function tracedCall<T>(
  tracing: Tracing,
  call: ServerUnaryCall<unknown, unknown>,
  work: (trace: RequestTrace) => Promise<T>,
): Promise<T> {
  const [, service = "", method = ""] = call.getPath().split("/");
  const own = ["traceparent", "tracestate"].map((name) => [name, call.metadata.get(name)[0]?.toString()] as const);
  const attributes = { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method };
  const trace = tracing.start({ name: `${service}/${method}`, headers: Object.fromEntries(own), attributes });
  const answer = new Metadata();
  answer.set("traceparent", trace.traceparent);
  call.sendMetadata(answer);
  try {
    const done = await work(trace);
    trace.end({}, false);
    return done;
  } catch (error) {
    const { code, status } = toHttpError(error);
    trace.end({ "error.type": code }, status >= 500);
    throw error;
  }
}
