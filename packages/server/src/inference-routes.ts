import { version } from "@ltad/core";
import { z } from "zod";
import type { ServerContext } from "./context.js";
import { HttpError } from "./http-error.js";
import { jsonNumbers } from "./json-numbers.js";
import type { Answer, ModelInfo } from "./messages.js";
import {
  type InferRequest,
  inferRequestSchema,
  type InferResponse,
  inferResponseSchema,
  liveSchema,
  type ModelMetadata,
  modelMetadataSchema,
  modelReadySchema,
  protocolErrorSchema,
  readySchema,
  serverMetadataSchema,
} from "./schemas.js";
import { untilGone } from "./until-gone.js";

const modelVersion = "1";
const tags = ["open inference protocol v2"];
const nameOf = z.object({ name: z.string() });
const errors = { "4xx": protocolErrorSchema, "5xx": protocolErrorSchema };

/**
 * The Open Inference Protocol, version 2, over HTTP and JSON: health, metadata, infer.
 * @see https://github.com/open-inference/open-inference-protocol
 */
export function inferenceRoutes(context: ServerContext): void {
  healthRoutes(context);
  modelRoutes(context);
  inferRoute(context);
}

function healthRoutes({ app, engine }: ServerContext): void {
  app.get("/v2", { schema: { summary: "Server metadata", tags, response: { 200: serverMetadataSchema } } }, () => ({
    name: "ltad-server",
    version,
    extensions: [],
  }));
  app.get("/v2/health/live", { schema: { summary: "Is the process alive?", tags, response: { 200: liveSchema } } }, () => ({ live: true }));
  app.get(
    "/v2/health/ready",
    { schema: { summary: "Can it infer?", tags, response: { 200: readySchema, 503: readySchema } } },
    async (_, reply) => {
      const ready = engine.ready();
      return reply.code(ready ? 200 : 503).send({ ready });
    },
  );
}

function modelRoutes({ app, engine, modelName }: ServerContext): void {
  const schema = { params: nameOf, tags };
  app.get<{ Params: { name: string } }>(
    "/v2/models/:name",
    { schema: { ...schema, summary: "Model metadata", response: { 200: modelMetadataSchema, ...errors } } },
    (request) => {
      checkName(request.params.name, modelName);
      return metadata(modelName, engine.model);
    },
  );
  app.get<{ Params: { name: string } }>(
    "/v2/models/:name/ready",
    { schema: { ...schema, summary: "Can the model infer?", response: { 200: modelReadySchema, 503: modelReadySchema, ...errors } } },
    async (request, reply) => {
      checkName(request.params.name, modelName);
      const ready = engine.ready();
      return reply.code(ready ? 200 : 503).send({ name: modelName, ready });
    },
  );
}

function inferRoute({ app, engine, modelName, maxBytes }: ServerContext): void {
  app.post<{ Params: { name: string }; Body: InferRequest }>(
    "/v2/models/:name/infer",
    {
      schema: {
        summary: "Score one image",
        params: nameOf,
        tags,
        body: inferRequestSchema,
        response: { 200: inferResponseSchema, ...errors },
      },
      bodyLimit: Math.ceil((maxBytes * 4) / 3) + 65_536, // base64, and the rest of the message
      onRequest: async (request) => {
        checkName(request.params.name, modelName);
        if (request.headers["inference-header-content-length"])
          throw new HttpError("LTAD_REQUEST", "Binary tensor data is not supported: send the image as base64 in JSON (binary_data=False).");
        engine.assertRoom();
      },
    },
    async (request, reply) => {
      const { id, parameters, inputs, outputs } = request.body;
      const wanted = new Set(outputs?.map((output) => output.name) ?? ["score", "class", "class_given", "map"]);
      const map = wanted.has("map") ? (parameters?.map_size ?? ("grid" as const)) : ("none" as const);
      const answer = await engine.predict({ image: imageOf(inputs), class: parameters?.class, heatmap: false, map }, untilGone(reply));
      const response: InferResponse = {
        model_name: modelName,
        model_version: modelVersion,
        outputs: tensors(answer).filter((tensor) => wanted.has(tensor.name)),
      };
      return id === undefined ? response : { id, ...response };
    },
  );
}

function checkName(name: string, modelName: string): void {
  if (name !== modelName)
    throw new HttpError("LTAD_NOT_FOUND", `Unknown model ${JSON.stringify(name.slice(0, 80))}; this server serves ${modelName}.`);
}

function imageOf([input]: InferRequest["inputs"]): Buffer {
  const { shape, data } = input!;
  if (data.length !== 1 || shape.some((side) => side !== 1)) {
    throw new HttpError(
      "LTAD_REQUEST",
      `inputs.0: expected one image, shape [1] with one string, received shape [${shape.join(", ")}] with ${data.length}. Send one request per image.`,
    );
  }
  const image = Buffer.from(data[0]!, "base64");
  if (image.length === 0) throw new HttpError("LTAD_REQUEST", "inputs.0.data.0: expected an image file in base64, received none.");
  return image;
}

function tensors({
  score,
  class: name,
  classGiven,
  map,
}: Answer): { name: "score" | "class" | "class_given" | "map"; shape: number[]; datatype: string; data: (number | string | boolean)[] }[] {
  return [
    { name: "score", shape: [1], datatype: "FP32", data: [score] },
    { name: "class", shape: [1], datatype: "BYTES", data: [name] },
    { name: "class_given", shape: [1], datatype: "BOOL", data: [classGiven] },
    ...(map ? [{ name: "map" as const, shape: [1, map.height, map.width], datatype: "FP32", data: jsonNumbers(map.data) }] : []),
  ];
}

function metadata(name: string, { classes, preset, producer, encoder, inputSize, grid }: ModelInfo): ModelMetadata {
  return {
    name,
    versions: [modelVersion],
    platform: "ltad",
    inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
    outputs: [
      { name: "score", datatype: "FP32", shape: [1] },
      { name: "class", datatype: "BYTES", shape: [1] },
      { name: "class_given", datatype: "BOOL", shape: [1] },
      { name: "map", datatype: "FP32", shape: [1, -1, -1] },
    ],
    parameters: { classes: [...classes], preset, producer, encoder, input_size: inputSize, grid },
  };
}
