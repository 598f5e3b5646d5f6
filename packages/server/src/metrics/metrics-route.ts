import type { ServerContext } from "../context.js";

/** GET /metrics: what Prometheus reads. */
export function metricsRoute({ app }: ServerContext): void {
  app.get("/metrics", { schema: { hide: true } }, () => "");
}
