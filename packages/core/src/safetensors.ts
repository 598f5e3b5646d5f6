import type { DType, NdArray, NdArrays } from "./array.js";
import { bytesOf, sizeOf } from "./array.js";
import { numbers } from "./check/numbers.js";
import { anything, check, recordOf, refuse } from "./check/rule.js";
import { having, oneOf, string } from "./check/simple.js";
import { LtadError } from "./errors.js";
import { type Fail, failFor, type HeaderEntry, headerLength, lengthBytes, parseHeader } from "./safetensors-header.js";

const names = { float32: "F32", int32: "I32", bool: "U8", float64: "F64", float16: "F16" } as const satisfies Record<
  DType | "float64" | "float16",
  string
>;

/** An array in double precision, for files only, such as those with sums over many images. */
export interface DoubleArray {
  readonly dtype: "float64";
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array in half precision, as the bits of each number. Only files contain it; it is read as float32. */
export interface HalfArray {
  readonly dtype: "float16";
  readonly shape: readonly number[];
  readonly data: Uint16Array;
}

/** Arrays that can be written to a file. */
export type FileArrays = Readonly<Record<string, NdArray | DoubleArray | HalfArray>>;

/** Arrays, and the text entries that are stored with them. */
export interface Safetensors {
  readonly arrays: NdArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Encodes arrays as a safetensors file, in the order of the record and without gaps. The data begins at a multiple of 8 bytes.
 * @param metadata text entries to store with the arrays
 * @throws LtadError `LTAD_SHAPE` when an array does not fill its shape, or is called `__metadata__`, which the format reserves
 */
export function encodeSafetensors(arrays: FileArrays, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  check("safetensors", { arrays, metadata }, { arrays: recordOf(anything), metadata: recordOf(string) });
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
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file: F32, F64, F16 and BF16 become float32, I32 and I64 become int32, U8 and BOOL become bool. Arrays of unchanged
 * type that begin at a multiple of their element's size, such as those of {@link encodeSafetensors}, are views of `bytes` rather than copies.
 * @param source the name of the file, for errors
 * @throws LtadError `LTAD_WEIGHTS` when the header is too large, a tensor overlaps another or lies outside of the file, a name occurs twice, a
 *   type is unknown, or a number of I64 does not fit int32
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const fail = failFor(source);
  const data = lengthBytes + headerLength(bytes.subarray(0, 64), bytes.length, fail);
  const { entries, metadata } = parseHeader(bytes.subarray(lengthBytes, data), bytes.length - data, fail);
  const arrays = entries.map((entry) => [entry.name, arrayOf(entry, bytes.subarray(data + entry.begin, data + entry.end), fail)] as const);
  return { arrays: Object.fromEntries(arrays), metadata };
}

/**
 * The F64 arrays of a safetensors file in double precision, as copies, by name. Arrays of other types are left out.
 * @throws LtadError `LTAD_WEIGHTS` as {@link decodeSafetensors}
 */
export function decodeDoubles(bytes: Uint8Array, source: string): Readonly<Record<string, Float64Array>> {
  const fail = failFor(source);
  const data = lengthBytes + headerLength(bytes.subarray(0, 64), bytes.length, fail);
  const { entries } = parseHeader(bytes.subarray(lengthBytes, data), bytes.length - data, fail);
  const doubles = entries.filter(({ dtype }) => dtype === "F64");
  return Object.fromEntries(
    doubles.map(
      ({ name, begin, end }) => [name, new Float64Array(new Uint8Array(bytes.subarray(data + begin, data + end)).buffer)] as const,
    ),
  );
}

/** One tensor from its bytes. */
export function arrayOf({ name, type, shape }: HeaderEntry, bytes: Uint8Array, fail: Fail): NdArray {
  const { buffer, byteOffset } = bytes.byteOffset % type.bytes === 0 ? bytes : new Uint8Array(bytes);
  try {
    return { shape, ...type.read(buffer as ArrayBuffer, byteOffset, bytes.length / type.bytes) };
  } catch (error) {
    return fail(`${name}: ${(error as Error).message}`);
  }
}

const classes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, float64: Float64Array, float16: Uint16Array } as const;

function checkArray<A extends FileArrays[string]>(name: string, array: A): A {
  check("safetensors", { [name]: array }, { [name]: having("an array { dtype, shape, data }", "dtype", "shape", "data") });
  check(`safetensors: ${name}`, { dtype: array.dtype, shape: array.shape }, { dtype: oneOf(Object.keys(classes)), shape: numbers });
  const wanted = classes[array.dtype];
  if (!(array.data instanceof wanted)) throw refuse(`safetensors: ${name}.data`, `a ${wanted.name}`, array.data, "LTAD_SHAPE");
  const expected = sizeOf(array.shape);
  if (name !== "__metadata__" && array.data.length === expected) return array;
  const why =
    name === "__metadata__"
      ? "the safetensors format reserves this name. Rename the array"
      : `expected ${expected} elements for shape [${array.shape.join(", ")}], received ${array.data.length}`;
  throw new LtadError("LTAD_SHAPE", `${name}: ${why}.`, { details: { name } });
}
