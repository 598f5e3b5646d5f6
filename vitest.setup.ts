import { expect } from "vitest";

// toEqual and its kin compare the elements of typed arrays one by one, some ten microseconds each: first look whether all bytes are the same.

const isSet = Symbol.for("ltad.vitest.sameBytes");
const marks = globalThis as unknown as Record<symbol, boolean | undefined>;

if (!marks[isSet]) expect.addEqualityTesters([sameBytes]); // the files of a project may share a process
marks[isSet] = true;

/** True for two arrays of one type and the same bytes. Whatever differs is left to the usual comparison. */
function sameBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) || undefined;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
