import type { FastifyInstance, HTTPMethods } from "fastify";
import { HttpError } from "../http-error.js";

const others: readonly HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Answers 405, and which methods there are, where a URL exists but not with this method.
 * @returns adds these answers, when all routes are there
 */
export function addMethodRefusals(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method, config }) => {
    if ((config as { isRefusal?: boolean } | undefined)?.isRefusal || url.includes("*") || url.startsWith("/docs")) return;
    const methods = known.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  return () => {
    for (const [url, methods] of known) refuse(app, url, methods);
  };
}

function refuse(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const method = others.filter((one) => !methods.has(one));
  const allow = [...methods].sort().join(", ");
  app.route({
    method,
    url,
    schema: { hide: true },
    config: { isRefusal: true } as object,
    onRequest: async (request) => {
      throw new HttpError("LTAD_METHOD", `${request.method} is not allowed here; expected ${allow}.`, { headers: { allow } });
    },
    handler: async () => ({}),
  });
}
