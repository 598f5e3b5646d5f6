import type { FastifyInstance } from "fastify";
import type { RequestTrace, Tracing } from "./tracing.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Where requests are traced, and this is one. */
    trace: RequestTrace | undefined;
    /** When its last part began. */
    partStart: number;
  }
}

/** Traces what is asked of the models. Health checks, metrics and the files of the page would hide it. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest("partStart", 0);
  app.addHook("onRequest", async (request, reply) => {
    const { method, headers, id, routeOptions, protocol } = request;
    const route = routeOptions.url;
    if (method !== "POST" || route === undefined) return;
    const attributes = { "http.request.method": method, "http.route": route, "url.scheme": protocol, "ltad.request_id": id };
    const trace = tracing.start({ name: `${method} ${route}`, headers, attributes });
    Object.assign(request, { trace, partStart: performance.now() });
    request.log = reply.log = request.log.child({ trace_id: trace.traceId });
    void reply.header("traceparent", trace.traceparent);
  });
  app.addHook("preParsing", async (request) => {
    request.trace?.part("admit", request.partStart); // the wait for a place in the queue
    request.partStart = performance.now();
  });
  app.addHook("preHandler", async (request) => request.trace?.part("receive", request.partStart));
  app.addHook("onResponse", async ({ trace }, { statusCode }) =>
    trace?.end({ "http.response.status_code": statusCode }, statusCode >= 500),
  );
}
