import type { DType, NdArray, NdArrays } from "./array.js";
import { sizeOf } from "./array.js";
import { LtadError } from "./errors.js";

// The safetensors format (huggingface/safetensors): u64 header length, JSON header, data; little endian.
// The header is hostile input: everything it claims is checked before anything is allocated.

const names = { float32: "F32", int32: "I32", bool: "U8" } as const satisfies Record<DType, string>;
interface Reader {
  readonly bytes: number;
  read(bytes: ArrayBuffer, at: number, count: number): Pick<NdArray, "dtype" | "data">;
}

const readers = new Map<unknown, Reader>(
  Object.entries<Reader>({
    F32: { bytes: 4, read: (b, at, count) => ({ dtype: "float32", data: new Float32Array(b, at, count) }) },
    F64: { bytes: 8, read: (b, at, count) => ({ dtype: "float32", data: Float32Array.from(new Float64Array(b, at, count)) }) },
    I32: { bytes: 4, read: (b, at, count) => ({ dtype: "int32", data: new Int32Array(b, at, count) }) },
    U8: { bytes: 1, read: (b, at, count) => ({ dtype: "bool", data: new Uint8Array(b, at, count) }) },
    BOOL: { bytes: 1, read: (b, at, count) => ({ dtype: "bool", data: new Uint8Array(b, at, count) }) },
  }),
);
const maxHeader = 32 * 1024 * 1024;

/** Arrays and the free text beside them. */
export interface Safetensors {
  readonly arrays: NdArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Encodes arrays in the order of the record, without holes; the data begins at a multiple of 8 bytes.
 * @throws LtadError `LTAD_SHAPE` when an array does not fill its shape or has the format's own name `__metadata__`
 */
export function encodeSafetensors(arrays: NdArrays, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const { dtype, shape, data } = checkArray(name, array);
    header.push([name, { dtype: names[dtype], shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data } of Object.values(arrays)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file (F32, F64 rounded to float32, I32, U8, BOOL). Arrays that lie at a multiple of their element's size, as those
 * that {@link encodeSafetensors} wrote, are views of `bytes`, not copies.
 * @param source its name, for errors
 * @throws LtadError `LTAD_WEIGHTS` when the header lies: oversized, overlapping, out of range, unknown type
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const fail = (why: string): never => {
    throw new LtadError("LTAD_WEIGHTS", `${source}: not a readable safetensors file (${why}). Fetch or write it again.`, {
      details: { file: source },
    });
  };
  if (bytes.length < 8) return fail(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > maxHeader || 8 + length > bytes.length) return fail(`the header claims ${length} bytes of ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const { __metadata__: metadata, ...entries } = header;
  const arrays: [string, NdArray][] = [];
  let covered = 0;
  const ordered = Object.entries(entries).map(([name, entry]) => ({ name, ...checkEntry(name, entry, bytes.length - 8 - length, fail) }));
  for (const { name, reader, shape, begin, end } of ordered.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) fail(`${name} begins at ${begin}, expected ${covered}`);
    covered = end;
    arrays.push([name, { shape, ...readArray(reader, bytes.subarray(8 + length + begin, 8 + length + end)) }]);
  }
  if (8 + length + covered !== bytes.length) fail(`${bytes.length - 8 - length - covered} bytes belong to no tensor`);
  return { arrays: Object.fromEntries(arrays), metadata: checkMetadata(metadata, fail) };
}

function readArray(reader: Reader, bytes: Uint8Array): Pick<NdArray, "dtype" | "data"> {
  const { buffer, byteOffset } = bytes.byteOffset % reader.bytes === 0 ? bytes : new Uint8Array(bytes);
  return reader.read(buffer as ArrayBuffer, byteOffset, bytes.length / reader.bytes);
}

function checkArray(name: string, array: NdArray): NdArray {
  const expected = sizeOf(array.shape);
  if (name !== "__metadata__" && array.data.length === expected) return array;
  const why =
    name === "__metadata__"
      ? "the safetensors format keeps this name for itself. Rename the array"
      : `expected ${expected} elements for shape [${array.shape.join(", ")}], received ${array.data.length}`;
  throw new LtadError("LTAD_SHAPE", `${name}: ${why}.`, { details: { name } });
}

function checkMetadata(metadata: unknown, fail: Fail): Record<string, string> {
  if (metadata === undefined) return {};
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string")) return metadata as Record<string, string>;
  return fail("its metadata is no record of texts");
}

type Fail = (why: string) => never;

function parseHeader(json: Uint8Array, fail: Fail): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    return isRecord(header) ? header : fail("the header is no object");
  } catch (error) {
    return error instanceof LtadError ? fail("the header is no object") : fail("the header is not JSON");
  }
}

function checkEntry(name: string, entry: unknown, available: number, fail: Fail) {
  if (!isRecord(entry)) return fail(`${name} has no entry`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const reader = readers.get(dtype);
  if (!reader) return fail(`${name} has the type ${String(dtype)}; F32, F64, I32, U8 and BOOL are read`);
  if (!isWholeNumbers(shape)) return fail(`${name} has no valid shape`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) return fail(`${name} has no valid offsets`);
  const [begin, end] = offsets as [number, number];
  if (end < begin || end > available) return fail(`${name} lies at ${begin} to ${end} of ${available} bytes`);
  const expected = sizeOf(shape) * reader.bytes;
  if (end - begin !== expected) return fail(`${name} has ${end - begin} bytes, its shape needs ${expected}`);
  return { reader, shape, begin, end };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
