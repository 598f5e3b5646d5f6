import { type DType, isNdArray, sizeOf } from "../array.js";
import { refuse, type Rule } from "./rule.js";

const types = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * An NdArray whose data has the class that its type needs, and fills its shape.
 * @param dtype the only type that is accepted; any, if omitted
 * @param rank the only number of axes that is accepted; any, if omitted
 */
export function anArray(dtype?: DType, rank?: number): Rule {
  const expected = `${dtype === undefined ? "an array" : `a ${dtype} array`}${rank === undefined ? "" : ` of rank ${rank}`}`;
  return (value, path) => {
    if (!isNdArray(value) || !Array.isArray(value.shape)) throw refuse(path, `${expected} { dtype, shape, data }`, value, "LTAD_SHAPE");
    if (!Object.hasOwn(types, value.dtype)) throw refuse(`${path}.dtype`, "float32, int32 or bool", value.dtype, "LTAD_SHAPE");
    const isOther = (dtype !== undefined && dtype !== value.dtype) || (rank !== undefined && rank !== value.shape.length);
    if (isOther) throw refuse(path, expected, { dtype: value.dtype, shape: value.shape }, "LTAD_SHAPE");
    const wanted = types[value.dtype];
    const size = sizeOf(value.shape);
    const fits = value.data instanceof wanted && value.data.length === size && value.shape.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!fits) throw refuse(`${path}.data`, `a ${wanted.name} of ${size} for [${value.shape.join(", ")}]`, value.data, "LTAD_SHAPE");
  };
}

/** A tree of arrays: a record whose values are arrays or further records. */
export const aTree: Rule = (value, path) => checkTree(value, path, []);

/** @param above the branches that the value is in: none of them may come again below itself */
function checkTree(value: unknown, path: string, above: readonly unknown[]): void {
  const isBranch = typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!isBranch) throw refuse(path, "an object of arrays { dtype, shape, data }", value, "LTAD_SHAPE");
  if (above.includes(value)) throw refuse(path, "a tree", "an object that contains itself", "LTAD_SHAPE");
  for (const [name, node] of Object.entries(value)) {
    if (isNdArray(node)) anArray()(node, `${path}.${name}`);
    else checkTree(node, `${path}.${name}`, [...above, value]);
  }
}
