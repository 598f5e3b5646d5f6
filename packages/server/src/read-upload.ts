import type { FastifyRequest } from "fastify";
import { HttpError } from "./http-error.js";
import { type PredictOptions, predictOptionsSchema } from "./schemas.js";

/** An image and the options that came with it. */
export interface Upload extends PredictOptions {
  readonly image: Buffer;
}

/**
 * Reads the body of POST /predict: a form with the file `image`, or the bare file.
 * Options may be fields of the form or parameters of the query; the form wins.
 * @throws HttpError `LTAD_REQUEST`, `LTAD_TOO_LARGE`
 */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const query = request.query as Record<string, unknown>;
  if (!request.isMultipart()) {
    if (!Buffer.isBuffer(request.body) || request.body.length === 0) throw noImage();
    return { image: request.body, ...checkedOptions(query) };
  }
  const { image, fields } = await readForm(request).catch((error: unknown) => {
    throw formError(error);
  });
  if (!image?.length) throw noImage();
  return { image, ...checkedOptions({ ...query, ...fields }) };
}

async function readForm(request: FastifyRequest): Promise<{ image: Buffer | undefined; fields: Record<string, unknown> }> {
  const fields: Record<string, unknown> = {};
  let image: Buffer | undefined;
  for await (const part of request.parts()) {
    if (part.type === "field") {
      fields[part.fieldname] = part.value;
      continue;
    }
    if (part.fieldname !== "image")
      throw new HttpError("LTAD_REQUEST", `The form has a file "${part.fieldname}"; expected one named "image".`);
    image = await part.toBuffer();
  }
  return { image, fields };
}

/** What is wrong with a form, by the codes of its parser; too large is everyone's error and goes on as it is. */
function formError(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string };
  if (error instanceof HttpError || code === "FST_REQ_FILE_TOO_LARGE") return error;
  if (code === "FST_FILES_LIMIT")
    return new HttpError("LTAD_REQUEST", "The form has more than one file. Send one image per request.", { cause: error });
  return new HttpError("LTAD_REQUEST", `The form cannot be read (${message}).`, { cause: error });
}

function checkedOptions(fields: Record<string, unknown>): PredictOptions {
  const result = predictOptionsSchema.safeParse(fields);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".") || "form"}: ${issue.message}`).join("; ");
  throw new HttpError("LTAD_REQUEST", `${faults}. Known fields: image, class, heatmap, map.`);
}

function noImage(): HttpError {
  return new HttpError(
    "LTAD_REQUEST",
    'The form contains no image. Send a multipart form with a file "image", for example: curl -F image=@part.png URL/predict',
  );
}
