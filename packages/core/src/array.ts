import { numbers } from "./check/numbers.js";
import { check, optional, refuse, type Rule } from "./check/rule.js";
import { LtadError } from "./errors.js";

/** Element types that cross a package border. `bool` is stored as 0 and 1. */
export type DType = "float32" | "int32" | "bool";

/** A dense row-major array: how numbers travel between packages, files and runtimes. */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** An array of float32 numbers. */
export interface FloatArray extends NdArray {
  readonly dtype: "float32";
  readonly data: Float32Array;
}

/** Named arrays: a checkpoint, the inputs or the outputs of a graph. */
export type NdArrays = Readonly<Record<string, NdArray>>;

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Makes a float32 array.
 * @param shape whole numbers of 0 or more; `[]` for a scalar
 * @param data row-major; a Float32Array is used as it is, without a copy. Zeros if omitted
 * @throws LtadError `LTAD_SHAPE` when the data does not fill the shape, or the shape does not fit into memory
 */
export function float32(shape: readonly number[], data?: ArrayLike<number>): FloatArray {
  checkGiven("float32", shape, data);
  return { dtype: "float32", shape, data: dataOf(Float32Array, shape, data) };
}

/**
 * Makes an int32 array; see {@link float32}. An Int32Array is used without a copy.
 * @throws LtadError `LTAD_SHAPE` also for a number that int32 does not hold: one that is not whole, or too large
 */
export function int32(shape: readonly number[], data?: ArrayLike<number>): NdArray & { data: Int32Array } {
  checkGiven("int32", shape, data);
  if (data !== undefined && !(data instanceof Int32Array)) checkWhole(data);
  return { dtype: "int32", shape, data: dataOf(Int32Array, shape, data) };
}

/** Makes a float32 scalar, an array of shape `[]`. */
export function scalar(value: number): FloatArray {
  return float32([], [value]);
}

/**
 * The numbers of a float32 array, without a copy.
 * @param name what the error calls the array
 * @throws LtadError `LTAD_SHAPE` when the array is missing or of another type
 */
export function floats(array: NdArray | undefined, name: string): Float32Array {
  if (array?.data instanceof Float32Array) return array.data;
  throw new LtadError("LTAD_SHAPE", `${name}: expected a float32 array, received ${array?.dtype ?? "nothing"}.`);
}

/** The bytes of an array, without copying them. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Refuses strings, booleans and holes in a plain array, which would silently become numbers, or NaN, and data that does not fill the shape. */
function checkGiven(name: string, shape: readonly number[], data: ArrayLike<number> | undefined): void {
  check(name, { shape, data }, { shape: numbers, data: Array.isArray(data) ? numbers : optional(anyLength) });
  const whole = shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole) throw new LtadError("LTAD_SHAPE", `array: expected a shape of whole numbers, received [${shape.join(", ")}].`);
  if (data === undefined || data.length === sizeOf(shape)) return;
  throw new LtadError("LTAD_SHAPE", `array: expected ${sizeOf(shape)} elements for shape [${shape.join(", ")}], received ${data.length}.`);
}

/** Refuses numbers that an Int32Array would silently change. */
function checkWhole(data: ArrayLike<unknown>): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (typeof value !== "number" || (value | 0) !== value)
      throw refuse(`int32: data[${i}]`, `a whole number from ${-(2 ** 31)} to ${2 ** 31 - 1}`, value, "LTAD_SHAPE");
  }
}

const anyLength: Rule = (value, path) => {
  const isWrong = typeof value !== "object" || value === null || !("length" in value);
  if (isWrong || value instanceof BigInt64Array || value instanceof BigUint64Array)
    throw refuse(path, "an array of numbers", value, "LTAD_SHAPE");
};

interface TypedArrays<A> {
  new (size: number): A;
  from(data: ArrayLike<number>): A;
}

/** The data itself where it has the right class, else a copy; zeros if there is none. */
function dataOf<A>(type: TypedArrays<A>, shape: readonly number[], data: ArrayLike<number> | undefined): A {
  if (data instanceof type) return data;
  if (data !== undefined) return type.from(data);
  try {
    return new type(sizeOf(shape));
  } catch (cause) {
    throw new LtadError("LTAD_SHAPE", `array: expected a shape that fits into memory, received [${shape.join(", ")}].`, { cause });
  }
}

/** True for an {@link NdArray}, false for a branch of a parameter tree. The numbers themselves are not checked. */
export function isNdArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && ArrayBuffer.isView((value as { data?: unknown }).data);
}
