import type protobuf from "protobufjs/light.js";
import type { Int64 } from "./messages.js";

/**
 * A reader that gives whole numbers of 64 bits as numbers where that is exact, else with all their bits. protobufjs alone gives them as objects, or
 * rounded, where it does not find its package `long`.
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

/** @param varint seven bits of the number in each byte, the lowest first */
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
