import type { ServerContext } from "../context.js";
import { page, pagePolicy } from "./page.js";

/** GET /: a page to try the model by hand. */
export function pageRoute({ app, modelName }: ServerContext): void {
  const html = page(modelName);
  app.get("/", { schema: { hide: true } }, async (_, reply) => {
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", pagePolicy)
      .header("x-content-type-options", "nosniff")
      .send(html);
  });
}
