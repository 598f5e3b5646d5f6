import { jsonNumbers } from "../json-numbers.js";
import { binaryOf, type OutputTensor } from "./tensors.js";

/** A response, written. */
export interface WrittenResponse {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is said about an answer besides its tensors. */
export interface ResponseHead {
  readonly id?: string | undefined;
  readonly model_name: string;
  readonly model_version: string;
}

/** Writes an answer as JSON; outputs that are sent as bytes come behind it, in their order. */
export function writeResponse(head: ResponseHead, outputs: readonly OutputTensor[], isBinary: (name: string) => boolean): WrittenResponse {
  const parts: Buffer[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"outputs":[`)];
  const behind: Buffer[] = [];
  for (const [i, output] of outputs.entries()) {
    const { name, datatype, shape } = output;
    const start = { name, datatype, shape };
    const separator = i > 0 ? "," : "";
    if (isBinary(name)) {
      const bytes = binaryOf(output);
      behind.push(bytes);
      parts.push(Buffer.from(`${separator}${JSON.stringify({ ...start, parameters: { binary_data_size: bytes.length } })}`));
    } else parts.push(Buffer.from(`${separator}${JSON.stringify(start).slice(0, -1)},"data":`), ...jsonOf(output), Buffer.from("}"));
  }
  parts.push(Buffer.from("]}"));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const body = Buffer.concat([...parts, ...behind]);
  if (behind.length === 0) return { body, headers: { "content-type": "application/json; charset=utf-8" } };
  return { body, headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(length) } };
}

function jsonOf({ values, text, isFile = false }: OutputTensor): Buffer[] {
  if (text) {
    const inner = text.flatMap((one, i) => [
      ...(i > 0 ? [Buffer.from(",")] : []),
      Buffer.from(one.buffer, one.byteOffset + 1, one.length - 2),
    ]);
    return [Buffer.from("["), ...inner, Buffer.from("]")]; // each is an array, whose brackets go
  }
  if (values instanceof Float32Array) return [Buffer.from(JSON.stringify(jsonNumbers(values)))];
  const plain = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString(isFile ? "base64" : "utf8") : value));
  return [Buffer.from(JSON.stringify(plain))];
}
