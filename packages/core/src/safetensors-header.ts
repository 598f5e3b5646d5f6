import { sizeOf } from "./array.js";
import { LtadError } from "./errors.js";
import { foreignFile } from "./foreign-file.js";
import { type ElementType, elementTypes } from "./safetensors-types.js";

// The safetensors format (huggingface/safetensors): u64 header length, JSON header, data; little endian.
// The header is hostile input: everything it claims is checked before anything is allocated.

/** A file begins with the length of its header, in this many bytes. */
export const lengthBytes = 8;
const maxHeader = 32 * 1024 * 1024;

/** Where a tensor is in the data, which begins after the header. */
export interface HeaderEntry {
  readonly name: string;
  /** As the file names it: "F32", "BF16". */
  readonly dtype: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of the data. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws an error about one file. */
export type Fail = (why: string) => never;

/** The error for a file that is not a complete safetensors file. */
export function failFor(source: string): Fail {
  return (why) => {
    throw new LtadError("LTAD_WEIGHTS", `${source}: not a readable safetensors file (${why}). Fetch or write it again.`, {
      details: { file: source },
    });
  };
}

/**
 * Bytes of the header, from the first 8 bytes of a file.
 * @param total bytes of the file
 */
export function headerLength(start: Uint8Array, total: number, fail: Fail): number {
  if (start.length < lengthBytes) return fail(`${total} bytes`);
  const foreign = foreignFile(start);
  if (foreign !== undefined) return fail(foreign);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > maxHeader || lengthBytes + length > total) return fail(`the header claims ${length} bytes of ${total}`);
  return length;
}

/**
 * Checks a header: known types, shapes that fit their bytes, data without holes and overlaps, no name twice.
 * @param json its bytes
 * @param available bytes of data after it
 */
export function parseHeader(json: Uint8Array, available: number, fail: Fail): Header {
  const { __metadata__: metadata, ...tensors } = parseJson(json, fail);
  const entries = Object.entries(tensors)
    .map(([name, entry]) => checkEntry(name, entry, available, fail))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) fail(`${name} begins at ${begin}, expected ${covered}`);
    covered = end;
  }
  if (covered !== available) fail(`${available - covered} bytes belong to no tensor`);
  return { entries, metadata: checkMetadata(metadata, fail) };
}

function parseJson(json: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(json);
    header = JSON.parse(text);
  } catch {
    return fail("the header is not JSON");
  }
  if (!isRecord(header)) return fail("the header is not an object");
  const [found, kept] = [countKeys(text), Object.keys(header).length];
  return found === kept ? header : fail(`${found - kept} of its names occur twice`);
}

/** How many keys the outermost object of valid JSON has. Repeated keys count, of which JSON.parse keeps only the last. */
function countKeys(text: string): number {
  let [depth, keys] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && token.endsWith(":")) keys++;
  }
  return keys;
}

function checkEntry(name: string, entry: unknown, available: number, fail: Fail): HeaderEntry {
  if (!isRecord(entry)) return fail(`${name} has no entry`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const type = elementTypes.get(dtype);
  if (!type) return fail(`${name} has the type ${String(dtype)}; expected one of ${[...elementTypes.keys()].join(", ")}`);
  if (!isWholeNumbers(shape)) return fail(`${name} has no valid shape`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) return fail(`${name} has no valid offsets`);
  const [begin, end] = offsets as [number, number];
  if (end < begin || end > available) return fail(`${name} claims bytes ${begin} to ${end} of ${available}`);
  const expected = sizeOf(shape) * type.bytes;
  if (end - begin !== expected) return fail(`${name} has ${end - begin} bytes, but its shape needs ${expected}`);
  return { name, dtype: dtype as string, type, shape, begin, end };
}

function checkMetadata(metadata: unknown, fail: Fail): Record<string, string> {
  if (metadata === undefined) return {};
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string")) return metadata as Record<string, string>;
  return fail("its metadata is not a record of strings");
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
