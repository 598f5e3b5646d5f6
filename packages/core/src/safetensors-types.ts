import type { NdArray } from "./array.js";

type Values = Pick<NdArray, "dtype" | "data">;

/** How one type of the safetensors format is read into ours. */
export interface ElementType {
  /** Bytes of one element. */
  readonly bytes: number;
  /** @param at a multiple of {@link ElementType.bytes} */
  read(buffer: ArrayBuffer, at: number, count: number): Values;
}

const float32 = (data: Float32Array): Values => ({ dtype: "float32", data });

/** F16, BF16 and F64 become float32, I64 becomes int32. */
export const elementTypes: ReadonlyMap<unknown, ElementType> = new Map(
  Object.entries<ElementType>({
    F32: { bytes: 4, read: (b, at, count) => float32(new Float32Array(b, at, count)) },
    F64: { bytes: 8, read: (b, at, count) => float32(Float32Array.from(new Float64Array(b, at, count))) },
    F16: { bytes: 2, read: (b, at, count) => float32(halves(new Uint16Array(b, at, count))) },
    BF16: { bytes: 2, read: (b, at, count) => float32(brainHalves(new Uint16Array(b, at, count))) },
    I64: { bytes: 8, read: (b, at, count) => ({ dtype: "int32", data: longs(new BigInt64Array(b, at, count)) }) },
    I32: { bytes: 4, read: (b, at, count) => ({ dtype: "int32", data: new Int32Array(b, at, count) }) },
    U8: { bytes: 1, read: (b, at, count) => ({ dtype: "bool", data: new Uint8Array(b, at, count) }) },
    BOOL: { bytes: 1, read: (b, at, count) => ({ dtype: "bool", data: new Uint8Array(b, at, count) }) },
  }),
);

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halves(bits: Uint16Array): Float32Array {
  const table = halfTable();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!; // ten times as fast as Float32Array.from
  return values;
}

let halfValues: Float32Array | undefined;

/** The value of each of the 65,536 halves. */
function halfTable(): Float32Array {
  halfValues ??= Float32Array.from({ length: 65_536 }, (_, half) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    const value = exponent < 31 ? size : fraction ? NaN : Infinity;
    return half & 0x8000 ? -value : value;
  });
  return halfValues;
}

/** bfloat16: the upper half of a float32. */
function brainHalves(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}

/** @throws RangeError for a number that int32 does not hold */
function longs(values: BigInt64Array): Int32Array {
  return Int32Array.from(values, (value) => {
    if (BigInt.asIntN(32, value) !== value) throw new RangeError(`the number ${value} is too large for int32`);
    return Number(value);
  });
}
