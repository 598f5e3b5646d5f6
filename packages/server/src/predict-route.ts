import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { admit, type ServerContext } from "./context.js";
import { readUpload } from "./http/read-upload.js";
import type { Answer, AnswerMap, Job } from "./messages.js";
import { judge } from "./models/judge.js";
import type { ServedModel } from "./models/models.js";
import { errorSchema, type PredictOptions, predictionSchema, predictOptionsSchema } from "./schemas.js";
import { untilGone } from "./until-gone.js";

/** POST /predict: one image in; its score, class and decision out, or its overlay or map as a picture. */
export function predictRoute(context: ServerContext): void {
  const { app, models, maxBytes } = context;
  app.route<{ Querystring: { model?: unknown } }>({
    method: "POST",
    url: "/predict",
    schema: {
      operationId: "predict",
      summary: "Score one image",
      description:
        "Score and class of an image, and the decision if the model has limits; on request also its anomaly map and an overlay. With `Accept: image/png` the response is the overlay.",
      tags: ["predict"],
      consumes: ["multipart/form-data", "application/octet-stream"],
      querystring: predictOptionsSchema,
      body: predictOptionsSchema.extend({ image: z.file().describe("PNG, JPEG, WebP, TIFF or GIF") }),
      response: { 200: predictionSchema, "4xx": errorSchema, "5xx": errorSchema },
    },
    validatorCompiler: () => (value: unknown) => ({ value }), // the route reads its body and checks the options itself
    config: { maxBody: maxBytes + 65_536 },
    onRequest: async (request, reply) => {
      const { model } = request.query;
      await admit(context, request, reply, typeof model === "string" ? model : models.first);
    },
    handler: async (request, reply) => {
      const upload = await readUpload(request, maxBytes);
      if (upload.model !== undefined && upload.model !== request.ticket!.model.name) {
        request.ticket!.place.release(); // the form names another model than the one whose queue it waited in
        await admit(context, request, reply, upload.model);
      }
      const { model } = request.ticket!;
      const answerAs = upload.answer ?? (wantsPicture(request) ? "overlay" : "json");
      const [answer] = await judge(request.ticket!, [jobOf(upload, answerAs)], { signal: untilGone(reply), trace: request.trace });
      request.ticket!.place.release(); // before the answer: a client that does not read it keeps no place
      if (answerAs !== "json") return sendPicture(reply, answer!, answerAs);
      return reply.type("application/json; charset=utf-8").send(jsonOf(answer!, model, upload.map_format));
    },
  });
}

type AnswerAs = NonNullable<PredictOptions["answer"]>;

function jobOf(
  { image, class: name, map, map_format: format, heatmap, ...rest }: PredictOptions & { readonly image: Buffer },
  as: AnswerAs,
): Job {
  const isMap = as.startsWith("map");
  const parts = (as === "json" && rest.parts === "true") || as === "map_rec" || as === "map_sem" || undefined;
  const mapAs = isMap || format === "png" ? "png" : format === "float32" ? "numbers" : "text";
  const size = map ?? (isMap ? "image" : format || parts ? "grid" : "none");
  return {
    image,
    class: name || undefined,
    falseAlarmRate: rest.false_alarm_rate,
    map: as === "overlay" ? "none" : size,
    mapAs,
    parts,
    heatmap: as === "overlay" || heatmap === "true",
  };
}

function wantsPicture({ headers: { accept = "" } }: FastifyRequest): boolean {
  return /image\/(png|\*)/.test(accept) && !accept.includes("application/json");
}

function sendPicture(reply: FastifyReply, answer: Answer, as: AnswerAs): Buffer {
  const { score, class: name, isAnomalous } = answer;
  void reply.type("image/png").header("ltad-score", String(score)).header("ltad-class", encodeURIComponent(name));
  if (isAnomalous !== undefined) void reply.header("ltad-is-anomalous", String(isAnomalous));
  if (as === "overlay") return Buffer.from(answer.heatmap!);
  const { low, high, data } = mapsOf(answer)[as as "map"]!;
  void reply.header("ltad-map-low", String(low)).header("ltad-map-high", String(high));
  return Buffer.from(data as Uint8Array);
}

const mapsOf = ({ map, parts }: Answer) => ({ map, map_rec: parts?.rec, map_sem: parts?.sem });

/** The answer as JSON. */
function jsonOf(answer: Answer, { name, version }: ServedModel, format: PredictOptions["map_format"]): Buffer {
  const { score, class: label, classGiven, threshold, pValue, isAnomalous, width, height, heatmap, timing } = answer;
  const said = {
    score,
    is_anomalous: isAnomalous,
    threshold,
    p_value: pValue,
    basis: answer.basis,
    unlike_class: answer.isUnlike,
    nearest_class: answer.nearestClass,
    class: label,
    class_given: classGiven,
    width,
    height,
    heatmap: heatmap && Buffer.from(heatmap).toString("base64"),
    model: name,
    model_version: version,
    timing,
  };
  const maps = Object.entries(mapsOf(answer)).flatMap(([key, map]) => (map ? jsonOfMap(key, map, format) : []));
  return Buffer.concat([Buffer.from(JSON.stringify(said).slice(0, -1)), ...maps, Buffer.from("}")]);
}

/** A map as a field of JSON. Its text comes from the inference process and is put in as it is. */
function jsonOfMap(key: string, { data, ...place }: AnswerMap, format: PredictOptions["map_format"]): Buffer[] {
  const bytes = data instanceof Float32Array ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
  const text = format === undefined || format === "numbers" ? bytes : Buffer.from(JSON.stringify(bytes.toString("base64")));
  return [Buffer.from(`,"${key}":${JSON.stringify(place).slice(0, -1)},"data":`), text, Buffer.from("}")];
}
