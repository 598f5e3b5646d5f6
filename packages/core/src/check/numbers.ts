import { refuse, type Rule } from "./rule.js";

/** A Float32Array. @param size the only length that is accepted; any, if omitted */
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

/** A typed array of any kind except BigInts, or a plain array in which every element is a number. */
export const numbers: Rule = (value, path) => {
  if (isNumeric(value)) return;
  if (!Array.isArray(value)) throw refuse(path, "an array of numbers", value, "LTAD_SHAPE");
  for (let i = 0; i < value.length; i++)
    if (typeof value[i] !== "number") throw refuse(`${path}[${i}]`, "a number", value[i], "LTAD_SHAPE");
};

/** An array of any kind except BigInts. Its elements are not checked here, but where they are used. */
export const arrayLike: Rule = (value, path) => {
  if (!isNumeric(value) && !Array.isArray(value)) throw refuse(path, "an array", value, "LTAD_SHAPE");
};

function isNumeric(value: unknown): boolean {
  return (
    ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array)
  );
}
