import type { IncomingMessage } from "node:http";
import { randomUUID } from "node:crypto";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { version } from "@ltad/core";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { jsonSchemaTransform, validatorCompiler } from "fastify-type-provider-zod";
import type { ServerContext } from "./context.js";
import { healthRoutes } from "./health-routes.js";
import { HttpError } from "./http-error.js";
import { type AccessOptions, addAccess } from "./http/access.js";
import { addBodies, type BodyOptions } from "./http/bodies.js";
import { addSending } from "./http/sending.js";
import { addEnding } from "./http/ending.js";
import { addErrors, answerBrokenRequest, answerOddRequests, frameworkError } from "./http/errors.js";
import { addMethodRefusals } from "./http/method-refusals.js";
import type { Models } from "./models/models.js";
import { driftRoute } from "./metrics/drift-route.js";
import { createMetrics } from "./metrics/metrics.js";
import { metricsRoute } from "./metrics/metrics-route.js";
import { pageRoute } from "./page/page-route.js";
import { predictRoute } from "./predict-route.js";
import { protocolRoutes } from "./protocol/protocol-routes.js";
import { traceRequests } from "./tracing/trace-requests.js";
import type { Tracing } from "./tracing/tracing.js";

export interface AppOptions extends AccessOptions, BodyOptions {
  readonly models: Models;
  /** Largest image file, in bytes; 32 MiB. */
  readonly maxBytes?: number;
  /** Whether clients may load and unload models. */
  readonly modelControl?: boolean;
  /** Connections at the same time; 1,000. */
  readonly maxConnections?: number;
  /** Milliseconds within which a request must have arrived, with its body; 60,000. */
  readonly requestTimeout?: number;
  /** Milliseconds that closing waits for answers; 30,000. */
  readonly patience?: number;
  /** Certificate and key in PEM; without them the server speaks HTTP. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  readonly logger?: FastifyServerOptions["logger"];
  /** Traces requests. The caller closes it. */
  readonly tracing?: Tracing | undefined;
}

/** Creates the HTTP application with its routes, limits and errors, which does not listen yet. Closing it closes the models. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { models, maxBytes = 32 * 2 ** 20, maxConnections = 1000, patience = 30_000, modelControl = true } = options;
  const app = createFastify(options);
  app.server.maxConnections = maxConnections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data)); // response schemas document, tests hold us to them
  app.decorateRequest("ticket", undefined);
  app.addHook("onRequest", async (request, reply) => void reply.header("x-request-id", request.id));
  app.decorateRequest("trace", undefined);
  if (options.tracing) traceRequests(app, options.tracing);
  addErrors(app);
  answerOddRequests(app);
  addEnding(app, patience);
  await addAccess(app, options);
  addBodies(app, options);
  addSending(app, options.requestTimeout ?? 60_000);
  app.addHook("onClose", () => models.close());
  const metrics = createMetrics(() => models);
  models.watch(metrics);
  const refuseOtherMethods = addMethodRefusals(app);
  await document(app);
  const context = { app, models, metrics, maxBytes, modelControl };
  const routePage = await pageRoute();
  app.after(() => {
    routes(context);
    routePage(context);
    refuseOtherMethods();
  });
  await app.ready();
  return app;
}

/** Times are limited by Node itself, which ends the connections of clients that send too slowly. */
function createFastify({ logger = false, requestTimeout = 60_000, tls }: AppOptions): FastifyInstance {
  const limits = {
    headersTimeout: Math.min(15_000, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: Math.min(2000, requestTimeout / 2),
    requireHostHeader: false, // refused below, with a body that says why
  };
  const options = {
    logger,
    return503OnClosing: false,
    requestTimeout,
    keepAliveTimeout: 10_000,
    requestIdHeader: false as const,
    genReqId: requestId,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: frameworkError,
    routerOptions: { maxParamLength: 200 },
  };
  const app = tls ? Fastify({ ...options, https: { ...limits, ...tls } }) : Fastify({ ...options, http: limits });
  return app as FastifyInstance;
}

/** The id that the client gave, if it can be written to a log; otherwise a new one. */
function requestId({ headers: { "x-request-id": given } }: Pick<IncomingMessage, "headers">): string {
  return typeof given === "string" && /^[\w.:/-]{1,100}$/.test(given) ? given : randomUUID();
}

/** The policy of the page that shows the OpenAPI document, which permits only its own files. The policy of the plugin would load them only by HTTPS. */
const docsPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'self'; object-src 'none'; frame-ancestors 'none'";

async function document(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "LTAD", description: "Long-tailed anomaly detection: send an image, get a score and an anomaly map.", version },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer", description: "where the server has API keys" } } },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: docsPolicy, logLevel: "warn" });
}

function routes(context: ServerContext): void {
  const { app } = context;
  healthRoutes(context);
  metricsRoute(context);
  driftRoute(context);
  predictRoute(context);
  protocolRoutes(context);
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  app.setNotFoundHandler((request) => {
    throw new HttpError("LTAD_NOT_FOUND", `There is no ${request.method} ${request.url.slice(0, 200)}; /openapi.json lists all endpoints.`);
  });
}
