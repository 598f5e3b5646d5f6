import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ServerContext } from "./context.js";
import { jsonNumbers } from "./json-numbers.js";
import type { Answer } from "./messages.js";
import { readUpload } from "./read-upload.js";
import { errorSchema, predictionSchema, predictOptionsSchema } from "./schemas.js";
import { untilGone } from "./until-gone.js";

/** POST /predict: one image in, its score and class out; with `Accept: image/png` the overlay itself. */
export function predictRoute({ app, engine, documentOnly }: ServerContext): void {
  app.route({
    method: "POST",
    url: "/predict",
    schema: {
      summary: "Score one image",
      description:
        "Score and class of an image; on request also its anomaly map and an overlay. With `Accept: image/png` the response is the overlay.",
      tags: ["predict"],
      consumes: ["multipart/form-data", "application/octet-stream"],
      querystring: predictOptionsSchema,
      body: predictOptionsSchema.extend({ image: z.file().describe("PNG, JPEG, WebP, TIFF or GIF") }),
      response: { 200: predictionSchema, "4xx": errorSchema, "5xx": errorSchema },
    },
    validatorCompiler: documentOnly,
    onRequest: async () => engine.assertRoom(),
    handler: async (request, reply) => {
      const { image, class: name, heatmap, map } = await readUpload(request);
      const picture = wantsPicture(request);
      const job = { image, class: name || undefined, heatmap: picture || heatmap === "true", map: map ?? ("none" as const) };
      const answer = await engine.predict(job, untilGone(reply));
      return picture ? sendPicture(reply, answer) : predictionOf(answer);
    },
  });
}

function wantsPicture({ headers: { accept = "" } }: FastifyRequest): boolean {
  return /image\/(png|\*)/.test(accept) && !accept.includes("application/json");
}

function sendPicture(reply: FastifyReply, { heatmap, score, class: name }: Answer): Buffer {
  void reply.type("image/png").header("ltad-score", String(score)).header("ltad-class", encodeURIComponent(name));
  return Buffer.from(heatmap ?? []);
}

function predictionOf({ score, class: name, classGiven, width, height, map, heatmap, timing }: Answer): z.infer<typeof predictionSchema> {
  return {
    score,
    class: name,
    class_given: classGiven,
    width,
    height,
    ...(map ? { map: { width: map.width, height: map.height, data: jsonNumbers(map.data) } } : {}),
    ...(heatmap ? { heatmap: Buffer.from(heatmap).toString("base64") } : {}),
    timing,
  };
}
