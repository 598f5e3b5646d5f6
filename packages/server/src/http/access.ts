import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { createKeyCheck } from "./api-keys.js";
import { type CallerOptions, createCallerCheck, refuseTwoHosts } from "./check-caller.js";

export interface AccessOptions extends Partial<CallerOptions> {
  /** Keys that clients must send; everyone may call when there are none. */
  readonly apiKeys?: readonly string[] | undefined;
}

/** An answer is data: a browser neither runs it, nor shows it in a frame, nor guesses its type, nor says where it came from. */
const securityHeaders = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Who may call, and the headers that keep browsers from doing more with an answer than it is for. */
export async function addAccess(app: FastifyInstance, { apiKeys, host = "127.0.0.1", ...caller }: AccessOptions): Promise<void> {
  const headers = { ...securityHeaders, "cross-origin-resource-policy": caller.corsOrigins?.length ? "cross-origin" : "same-origin" };
  app.addHook("onRequest", async (_, reply) => void reply.headers(headers));
  const checkCaller = createCallerCheck({ host, ...caller });
  const checkKey = createKeyCheck(apiKeys);
  app.addHook("onRequest", async ({ headers, method, raw: { rawHeaders }, routeOptions: { config, url = "" } }) => {
    refuseTwoHosts(rawHeaders);
    checkCaller({ headers, method, isPage: config.isPage === true || url.startsWith("/docs") });
    const isOpen = config.isOpen === true || config.isPage === true || url.startsWith("/docs") || method === "OPTIONS";
    if (!isOpen) checkKey?.(headers);
  });
  const { corsOrigins = [] } = caller;
  if (corsOrigins.length === 0) return;
  await app.register(cors, {
    origin: corsOrigins.includes("*") ? "*" : [...corsOrigins],
    methods: ["GET", "POST"],
    exposedHeaders: ["x-request-id", "retry-after", "inference-header-content-length", "ltad-score", "ltad-class", "ltad-is-anomalous"],
  });
}
