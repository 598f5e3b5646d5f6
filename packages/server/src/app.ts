import multipart from "@fastify/multipart";
import swagger from "@fastify/swagger";
import { version } from "@ltad/core";
import Fastify, { type FastifyInstance, type FastifySchemaCompiler, type FastifyServerOptions } from "fastify";
import { jsonSchemaTransform, validatorCompiler } from "fastify-type-provider-zod";
import type { ServerContext } from "./context.js";
import type { Engine } from "./engine.js";
import { HttpError, toHttpError } from "./http-error.js";
import { inferenceRoutes } from "./inference-routes.js";
import { checkDepth } from "./json-depth.js";
import { pageRoute } from "./page/page-route.js";
import { predictRoute } from "./predict-route.js";

export interface AppOptions {
  readonly engine: Engine;
  readonly modelName?: string;
  /** Largest image file, in bytes; 32 MiB. */
  readonly maxBytes?: number;
  readonly logger?: FastifyServerOptions["logger"];
}

const files = /^(image\/.+|application\/octet-stream)$/;
const maxDepth = 32;

/** The HTTP application, which does not listen yet: routes, limits, errors. Closing it closes the engine. */
export async function createApp({
  engine,
  modelName = "ltad",
  maxBytes = 32 * 2 ** 20,
  logger = false,
}: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({ logger, bodyLimit: maxBytes, return503OnClosing: false });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data)); // response schemas document, tests hold us to them
  app.addContentTypeParser(files, { parseAs: "buffer" }, (_, body, done) => done(null, body));
  app.addHook("preValidation", async (request) => checkDepth(request.body, maxDepth));
  await app.register(multipart, {
    throwFileSizeLimit: true,
    limits: { fileSize: maxBytes, files: 1, fields: 8, parts: 9, fieldSize: 1024, fieldNameSize: 100, headerPairs: 20 },
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "LTAD", description: "Long-tailed anomaly detection: send an image, get a score and an anomaly map.", version },
    },
    transform: jsonSchemaTransform,
  });
  errors(app);
  endings(app, engine);
  app.after(() => routes({ app, engine, modelName, maxBytes, documentOnly }));
  await app.ready();
  return app;
}

const documentOnly: FastifySchemaCompiler<unknown> = () => (value: unknown) => ({ value });

function routes(context: ServerContext): void {
  pageRoute(context);
  predictRoute(context);
  inferenceRoutes(context);
  context.app.get("/openapi.json", { schema: { hide: true } }, () => context.app.swagger());
}

/**
 * Closing lets every answer out, and ends connections and engine then. Browsers hold connections open that never carried a
 * request, which Node counts as busy: they are cut when the last answer is out, or after ten seconds.
 */
function endings(app: FastifyInstance, engine: Engine): void {
  const state = { closing: false, open: 0 };
  const cut = () => app.server.closeAllConnections();
  app.addHook("onRequest", async () => {
    state.open++;
    if (state.closing) throw new HttpError("LTAD_NOT_READY", "The server is shutting down.", { retryAfter: 5 });
  });
  app.addHook("onResponse", async () => {
    state.open--;
    if (state.closing && state.open === 0) cut();
  });
  app.addHook("preClose", async () => {
    state.closing = true;
    if (state.open === 0) cut();
    else setTimeout(cut, 10_000).unref();
  });
  app.addHook("onClose", () => engine.close());
}

/** Every error leaves here: a status, a code and a sentence, never a stack. */
function errors(app: FastifyInstance): void {
  app.setNotFoundHandler((request) => {
    throw new HttpError("LTAD_NOT_FOUND", `There is no ${request.method} ${request.url.slice(0, 200)}; /openapi.json lists all endpoints.`);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const { status, code, message, retryAfter } = toHttpError(error);
    if (status === 500) request.log.error({ err: error }, "failed");
    if (retryAfter !== undefined) void reply.header("retry-after", String(retryAfter));
    if (status === 413) void reply.header("connection", "close");
    const protocol = request.url.startsWith("/v2");
    return reply.code(status).send(protocol ? { error: `${code}: ${message}` } : { error: { code, message } });
  });
}
