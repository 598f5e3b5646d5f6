import type { ServerContext } from "./context.js";
import { healthSchema } from "./schemas.js";

/** GET /healthz: is the process alive; GET /health: can it infer. For load balancers, without an API key. */
export function healthRoutes({ app, models }: ServerContext): void {
  const tags = ["health"];
  app.get(
    "/healthz",
    {
      config: { isOpen: true },
      schema: { operationId: "getLiveness", summary: "Is the process alive?", tags, response: { 200: healthSchema } },
    },
    () => ({ live: true, ready: models.ready() }),
  );
  const response = { 200: healthSchema, 503: healthSchema };
  app.get(
    "/health",
    { config: { isOpen: true }, schema: { operationId: "getHealth", summary: "Can it infer?", tags, response } },
    async (_, reply) => {
      const ready = models.ready();
      return reply.code(ready ? 200 : 503).send({ live: true, ready });
    },
  );
}
