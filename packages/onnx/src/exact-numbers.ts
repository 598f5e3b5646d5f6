import type protobuf from "protobufjs/light.js";
import type { Int64 } from "./messages.js";

/**
 * Makes a reader return 64-bit integers as numbers if that is exact, and otherwise with all their bits. protobufjs alone returns objects, or rounded
 * numbers if its package `long` is not installed.
 */
export function withExactNumbers(reader: protobuf.Reader): protobuf.Reader {
  const skipVarint = reader.int64.bind(reader);
  const int64 = (): Int64 => {
    const start = reader.pos;
    skipVarint();
    return exact(reader.buf.subarray(start, reader.pos));
  };
  return Object.assign(reader, { int64 });
}

/** @param varint the bytes of the number, with seven bits each, lowest first */
function exact(varint: Uint8Array): Int64 {
  if (varint.length < 5) return varint.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
  const bits = BigInt.asIntN(
    64,
    varint.reduceRight((sum, byte) => sum * 128n + BigInt(byte & 127), 0n),
  );
  const number = Number(bits);
  if (Number.isSafeInteger(number)) return number;
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(bits >> 32n), toString: () => String(bits) };
}
