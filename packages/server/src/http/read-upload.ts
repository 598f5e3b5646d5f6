import type { FastifyRequest } from "fastify";
import { HttpError, tooLarge } from "../http-error.js";
import { faultsOf } from "../protocol/read-request.js";
import { type PredictOptions, predictOptionsSchema } from "../schemas.js";
import { readForm } from "./read-form.js";

/** An image and the options that came with it. */
export interface Upload extends PredictOptions {
  readonly image: Buffer;
}

/**
 * Reads the body of POST /predict: a form with the file `image`, or the bare file whatever its type is said to be.
 * Options may be fields of the form or parameters of the query; the form wins.
 * @throws HttpError `LTAD_REQUEST`, `LTAD_TOO_LARGE`, `LTAD_MEDIA_TYPE`
 */
export async function readUpload(request: FastifyRequest, maxBytes: number): Promise<Upload> {
  const query = request.query as Record<string, unknown>;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const type = request.headers["content-type"] ?? "";
  if (/^\s*application\/(.+\+)?json\b/i.test(type))
    throw new HttpError(
      "LTAD_MEDIA_TYPE",
      "Expected a form with the file `image`, or the bare image file; JSON goes to /v2/models/NAME/infer.",
      {
        headers: { accept: "multipart/form-data, image/*, application/octet-stream" },
      },
    );
  const isForm = /^\s*multipart\//i.test(type);
  const { image, fields } = isForm ? await readForm(body, type) : { image: body, fields: {} };
  if (!image?.length) throw noImage(isForm, image);
  if (image.length > maxBytes) throw new HttpError("LTAD_TOO_LARGE", tooLarge);
  return { image, ...checkedOptions({ ...query, ...fields }) };
}

function checkedOptions(fields: Record<string, unknown>): PredictOptions {
  const result = predictOptionsSchema.safeParse(fields);
  if (result.success) return result.data;
  const known = Object.keys(predictOptionsSchema.shape).join(", ");
  throw new HttpError("LTAD_REQUEST", `${faultsOf(result.error.issues)}. Known fields: image, ${known}.`);
}

function noImage(isForm: boolean, image: Buffer | undefined): HttpError {
  const what = isForm ? (image ? `The file "image" in the form is empty` : "The form contains no image") : "The body is empty";
  return new HttpError("LTAD_REQUEST", `${what}. Send a form with a file "image", for example: curl -F image=@part.png URL/predict`);
}
