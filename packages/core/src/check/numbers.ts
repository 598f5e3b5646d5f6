import { refuse, type Rule } from "./rule.js";

/** A Float32Array. @param size how many numbers, where it is known */
export function floatData(size?: number): Rule {
  return (value, path) => {
    if (!(value instanceof Float32Array)) throw refuse(path, "a Float32Array", value, "LTAD_SHAPE");
    if (size !== undefined && value.length !== size) throw refuse(path, `a Float32Array of ${size}`, value, "LTAD_SHAPE");
  };
}

/** A Uint8Array. */
export const bytes: Rule = (value, path) => {
  if (!(value instanceof Uint8Array)) throw refuse(path, "a Uint8Array", value, "LTAD_SHAPE");
};

/** Numbers in an array of any kind but BigInts; those of a plain array must be numbers. */
export const numbers: Rule = (value, path) => {
  if (isNumeric(value)) return;
  if (!Array.isArray(value)) throw refuse(path, "an array of numbers", value, "LTAD_SHAPE");
  for (let i = 0; i < value.length; i++)
    if (typeof value[i] !== "number") throw refuse(`${path}[${i}]`, "a number", value[i], "LTAD_SHAPE");
};

/** An array of any kind but BigInts, whose entries are checked where they are used. */
export const arrayLike: Rule = (value, path) => {
  if (!isNumeric(value) && !Array.isArray(value)) throw refuse(path, "an array", value, "LTAD_SHAPE");
};

function isNumeric(value: unknown): boolean {
  return (
    ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array)
  );
}
