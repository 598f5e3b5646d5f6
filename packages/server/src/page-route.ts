import { createHash } from "node:crypto";
import type { ServerContext } from "./context.js";
import { page, script, style } from "./page.js";

/** GET /: a page to try the model by hand. It may run its own script and talk to this server, nothing else. */
export function pageRoute({ app, modelName }: ServerContext): void {
  const html = page(modelName);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "style-src-attr 'unsafe-inline'", // the slider sets an opacity
    "img-src blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  app.get("/", { schema: { hide: true } }, async (_, reply) => {
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", policy)
      .header("x-content-type-options", "nosniff")
      .send(html);
  });
}

function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
