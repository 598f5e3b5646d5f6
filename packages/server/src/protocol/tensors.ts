import { HttpError } from "../http-error.js";

/** A tensor of a request, as JSON, as the bytes of the binary extension, or as a gRPC message brought it. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Values, nested or not. In JSON, images are base64; elsewhere they are bytes. */
  readonly data?: unknown;
  /** Little-endian numbers, or strings with four bytes of length in front of each. */
  readonly raw?: Buffer | undefined;
}

/** A tensor of an answer. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: "FP32" | "BOOL" | "BYTES";
  readonly shape: readonly number[];
  /** Numbers, booleans, or the bytes of strings and files. */
  readonly values: readonly (number | boolean | Uint8Array)[] | Float32Array;
  /** The values as JSON, where the inference process wrote it. */
  readonly text?: readonly Uint8Array[] | undefined;
  /** BYTES that are not text, and base64 in JSON. */
  readonly isFile?: boolean;
}

/** How many values a tensor has. @throws HttpError when its shape is none */
export function sizeOf({ name, shape }: Pick<InputTensor, "name" | "shape">): number {
  return shape.reduce((product, side) => {
    if (!Number.isSafeInteger(side) || side < 0) throw wrong(name, `its shape [${shape.slice(0, 8).join(", ")}] has an invalid side`);
    return product * side;
  }, 1);
}

export function wrong(name: string, what: string): HttpError {
  return new HttpError("LTAD_REQUEST", `input ${name.slice(0, 80)}: ${what}.`);
}

/** The values of nested arrays, in order. @throws HttpError when there are others than the shape says */
export function flat(tensor: InputTensor): unknown[] {
  const count = sizeOf(tensor);
  const found = Array.isArray(tensor.data) ? (tensor.data.flat(8) as unknown[]) : [];
  if (found.length === count) return found;
  throw wrong(tensor.name, `expected ${count} values, as its shape [${tensor.shape.join(", ")}] says, received ${found.length}`);
}

/** The strings of a tensor of type BYTES. @throws HttpError */
export function byteStrings(tensor: InputTensor): (Buffer | string)[] {
  if (!tensor.raw)
    return flat(tensor).map((value) => {
      if (typeof value === "string" || Buffer.isBuffer(value)) return value;
      throw wrong(tensor.name, `expected strings, received ${typeof value}`);
    });
  const count = sizeOf(tensor);
  const found: Buffer[] = [];
  for (let at = 0; at < tensor.raw.length;) {
    if (at + 4 > tensor.raw.length) throw wrong(tensor.name, "its bytes end within the length of a string");
    const end = at + 4 + tensor.raw.readUInt32LE(at);
    if (end > tensor.raw.length) throw wrong(tensor.name, "a string is longer than the bytes that were sent");
    if (found.length >= count) break;
    found.push(tensor.raw.subarray(at + 4, end));
    at = end;
  }
  if (found.length === count) return found;
  throw wrong(tensor.name, `expected ${count} strings, as its shape [${tensor.shape.join(", ")}] says, received ${found.length}`);
}

/** The bytes of an answer's tensor, by the binary extension. */
export function binaryOf({ datatype, values }: OutputTensor): Buffer {
  if (values instanceof Float32Array) return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (datatype === "FP32") return binaryOf({ datatype, values: Float32Array.from(values as number[]) } as OutputTensor);
  if (datatype === "BOOL") return Buffer.from((values as boolean[]).map(Number));
  const length = (bytes: Uint8Array) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(bytes.length);
    return prefix;
  };
  return Buffer.concat((values as Uint8Array[]).flatMap((bytes) => [length(bytes), bytes]));
}
