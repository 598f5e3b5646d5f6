import { version } from "@ltad/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { admit, type ServerContext } from "../context.js";
import {
  inferRequestSchema,
  inferResponseSchema,
  liveSchema,
  modelMetadataSchema,
  modelReadySchema,
  protocolErrorSchema,
  readySchema,
  serverMetadataSchema,
} from "../schemas.js";
import { untilGone } from "../until-gone.js";
import { compressed } from "./compressed.js";
import { infer } from "./infer.js";
import { metadataOf, serverMetadata } from "./metadata.js";
import { isBinary, readRequest } from "./read-request.js";
import { repositoryRoutes } from "./repository-routes.js";
import { statisticsRoutes } from "./statistics-routes.js";
import { writeResponse } from "./write-response.js";

const tags = ["open inference protocol v2"];
const errors = { "4xx": protocolErrorSchema, "5xx": protocolErrorSchema };
const named = z.object({ name: z.string() });
const versioned = named.extend({ version: z.string() });
/** Each route of a model exists twice: for its latest version, and for one that the URL names. */
const places = [
  { path: "/v2/models/:name", params: named, suffix: "" },
  { path: "/v2/models/:name/versions/:version", params: versioned, suffix: "OfVersion" },
] as const;

interface ModelParams {
  readonly name: string;
  readonly version?: string;
}

/**
 * The Open Inference Protocol, version 2, over HTTP: health, metadata, infer, and Triton's extensions for binary tensors, statistics and the
 * model repository.
 * @see https://github.com/open-inference/open-inference-protocol
 */
export function protocolRoutes(context: ServerContext): void {
  healthRoutes(context);
  for (const place of places) modelRoutes(context, place);
  statisticsRoutes(context);
  repositoryRoutes(context);
}

function healthRoutes({ app, models }: ServerContext): void {
  const health = { tags, ...errors };
  app.get(
    "/v2",
    { schema: { operationId: "getServerMetadata", summary: "Server metadata", tags, response: { 200: serverMetadataSchema, ...errors } } },
    () => ({ ...serverMetadata, version }),
  );
  app.get(
    "/v2/health/live",
    {
      config: { isOpen: true },
      schema: { operationId: "isServerLive", summary: "Is the process alive?", ...health, response: { 200: liveSchema } },
    },
    () => ({ live: true }),
  );
  const schema = { operationId: "isServerReady", summary: "Can it infer?", tags, response: { 200: readySchema, 503: readySchema } };
  app.get("/v2/health/ready", { config: { isOpen: true }, schema }, async (_, reply) => sendReady(reply, models.ready()));
}

function sendReady(reply: FastifyReply, ready: boolean, more: object = {}): FastifyReply {
  return reply.code(ready ? 200 : 503).send({ ...more, ready });
}

function modelRoutes(context: ServerContext, { path, params, suffix }: (typeof places)[number]): void {
  const { app, models, maxBytes } = context;
  app.get<{ Params: ModelParams }>(
    path,
    {
      schema: {
        operationId: `getModelMetadata${suffix}`,
        summary: "Model metadata",
        params,
        tags,
        response: { 200: modelMetadataSchema, ...errors },
      },
    },
    ({ params: { name, version } }) => metadataOf(models, models.find(name, version)),
  );
  const ready = { 200: modelReadySchema, 503: modelReadySchema, ...errors };
  app.get<{ Params: ModelParams }>(
    `${path}/ready`,
    { schema: { operationId: `isModelReady${suffix}`, summary: "Can the model infer?", params, tags, response: ready } },
    async ({ params: { name, version } }, reply) => {
      const { engine } = models.find(name, version);
      return sendReady(reply, engine?.ready() ?? false, { name });
    },
  );
  app.post<{ Params: ModelParams }>(
    `${path}/infer`,
    {
      schema: {
        operationId: `infer${suffix}`,
        summary: "Score images",
        description:
          "Images as files (BYTES) or pixels (UINT8, FP32), in JSON or as binary tensors after it (header Inference-Header-Content-Length). The body may be compressed by gzip or deflate.",
        params,
        tags,
        body: inferRequestSchema,
        response: { 200: inferResponseSchema, ...errors },
      },
      validatorCompiler: () => (value: unknown) => ({ value }), // readRequest checks it, after its parts were counted
      config: { maxBody: Math.ceil((maxBytes * 4) / 3) + 65_536 }, // base64, and the rest of the message
      onRequest: async (request, reply) => admit(context, request, reply, request.params.name, request.params.version),
    },
    (request, reply) => inferAndSend(request, reply),
  );
}

async function inferAndSend(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const ticket = request.ticket!;
  const headerLength = request.headers["inference-header-content-length"];
  const read = readRequest(
    Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    Array.isArray(headerLength) ? headerLength[0] : headerLength,
  );
  const binary = (name: string) => isBinary(read, name);
  const outputs = await infer(ticket, read, binary, { signal: untilGone(reply), trace: request.trace });
  ticket.place.release(); // before the answer: a client that does not read it keeps no place
  const head = { ...(read.id === undefined ? {} : { id: read.id }), model_name: ticket.model.name, model_version: ticket.model.version };
  const { body, headers } = await compressed(writeResponse(head, outputs, binary), request.headers["accept-encoding"]);
  return reply.headers(headers).send(body);
}
