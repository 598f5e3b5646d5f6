import type { z } from "zod";
import { HttpError } from "../http-error.js";
import { inferRequestSchema } from "../schemas.js";
import type { InferInput } from "./infer.js";
import { parseJson } from "./parse-json.js";

/** Of a request: its JSON part can be followed by the bytes of tensors. */
export interface ReadRequest extends InferInput {
  /** Whether outputs are sent as bytes where the request does not say it of each. */
  readonly binaryByDefault: boolean;
}

/**
 * Reads a request: JSON, or JSON of which the header Inference-Header-Content-Length says how long it is, and the bytes of tensors behind it.
 * A body without any JSON (length 0) is one image file.
 * @throws HttpError `LTAD_REQUEST`
 */
export function readRequest(body: Buffer, headerLength: string | undefined): ReadRequest {
  if (headerLength !== undefined && !/^\d{1,9}$/.test(headerLength))
    throw new HttpError("LTAD_REQUEST", "inference-header-content-length: expected the length of the JSON in bytes.");
  const length = headerLength === undefined ? body.length : Number(headerLength);
  if (length > body.length)
    throw new HttpError("LTAD_REQUEST", `The body has ${body.length} bytes, less than inference-header-content-length says.`);
  if (headerLength !== undefined && length === 0) return rawFile(body);
  if (body.length === 0) throw new HttpError("LTAD_REQUEST", "The body is empty; expected JSON with inputs.");
  const { id, parameters = {}, inputs, outputs } = checked(parseJson(body.subarray(0, length)));
  return {
    id,
    parameters,
    inputs: withBytes(inputs, body.subarray(length)),
    outputs,
    binaryByDefault: parameters["binary_data_output"] === true,
  };
}

/** Whether an output is sent as bytes. */
export function isBinary({ outputs, binaryByDefault }: ReadRequest, name: string): boolean {
  const own = outputs?.find((output) => output.name === name)?.parameters?.["binary_data"];
  return typeof own === "boolean" ? own : binaryByDefault;
}

function rawFile(body: Buffer): ReadRequest {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(body.length);
  const raw = Buffer.concat([prefix, body]);
  return { parameters: {}, inputs: [{ name: "image", datatype: "BYTES", shape: [1], raw }], binaryByDefault: true };
}

type Inputs = z.infer<typeof inferRequestSchema>["inputs"];

/** Gives each tensor the bytes that belong to it. */
function withBytes(inputs: Inputs, bytes: Buffer): InferInput["inputs"] {
  let at = 0;
  const found = inputs.map((input) => {
    const size = input.parameters?.["binary_data_size"];
    if (size === undefined) return input;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || at + size > bytes.length)
      throw new HttpError(
        "LTAD_REQUEST",
        `input ${input.name}: binary_data_size: expected at most the ${bytes.length - at} bytes after the JSON.`,
      );
    at += size;
    return { ...input, raw: bytes.subarray(at - size, at) };
  });
  if (at < bytes.length) throw new HttpError("LTAD_REQUEST", `${bytes.length - at} bytes after the JSON belong to no input.`);
  return found;
}

function checked(json: unknown): z.infer<typeof inferRequestSchema> {
  const result = inferRequestSchema.safeParse(json);
  if (result.success) return result.data;
  throw new HttpError("LTAD_REQUEST", `${faultsOf(result.error.issues)}.`);
}

/** The first three faults, with their places. */
export function faultsOf(issues: readonly z.core.$ZodIssue[]): string {
  const some = issues.slice(0, 3).map((issue) => `${issue.path.join(".").slice(0, 100) || "request"}: ${issue.message.slice(0, 200)}`);
  return some.join("; ") + (issues.length > 3 ? `; and ${issues.length - 3} more faults` : "");
}
