import type { ServerContext } from "../context.js";
import { page, pagePolicy } from "./page.js";

/** GET /: a page to try the first model by hand. */
export function pageRoute({ app, models }: ServerContext): void {
  const html = page(models.first);
  app.get("/", { config: { isPage: true }, schema: { hide: true } }, async (_, reply) => {
    return reply.type("text/html; charset=utf-8").header("content-security-policy", pagePolicy).send(html);
  });
}
