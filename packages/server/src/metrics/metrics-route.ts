import type { ServerContext } from "../context.js";

/** GET /metrics: what Prometheus reads. */
export function metricsRoute({ app, metrics }: ServerContext): void {
  app.addHook("onResponse", async ({ routeOptions: { url = "none" }, method }, { statusCode, elapsedTime }) => {
    metrics.responded(url, method, statusCode, elapsedTime);
  });
  app.get(
    "/metrics",
    { schema: { operationId: "getMetrics", summary: "Metrics for Prometheus", tags: ["health"], produces: ["text/plain"] } },
    async (_, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
