import { isNdArray, LtadError, type NdArrays } from "@ltad/core";
import { anything, aTree, boolean, check, fields, oneOf, optional, recordOf, refuse, type Rule } from "@ltad/core/check";
import { runtimeFields } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";

/** Options that choose how a compiled function runs. */
export const engineFields = { ...runtimeFields, engine: optional(oneOf(["onnx", "tensorflow"])), check: optional(boolean) } as const;

/** Refuses a tensor, and a bool array with other numbers than 0 and 1. Whatever else is no array is left to the other rules. */
export const plainArray: Rule = (value, path) => {
  if (value instanceof tf.Tensor) throw unusable(path, "arrays { dtype, shape, data }", "a tf.Tensor", "Copy it with toNdArray");
  if (!isNdArray(value) || value.dtype !== "bool" || !(value.data instanceof Uint8Array)) return;
  const { data } = value;
  for (let i = 0; i < data.length; i++)
    if (data[i]! > 1) throw unusable(path, "0 or 1 in a bool array", `${data[i]} at index ${i}`, "Write 1 for true");
};

/** The same, which also refuses shared memory: the runtime cannot read it, and another thread could change it. */
const ownArray: Rule = (value, path) => {
  plainArray(value, path);
  if (isNdArray(value) && typeof SharedArrayBuffer !== "undefined" && value.data.buffer instanceof SharedArrayBuffer)
    throw unusable(path, "numbers of its own", "numbers in a SharedArrayBuffer", "Copy them with data.slice()");
};

/** A tree whose leaves are arrays that the rule accepts. */
function treeOf(leaf: Rule): Rule {
  return (value, path) => {
    checkLeaves(value, path, leaf, []);
    aTree(value, path);
  };
}

/** @param above the branches that the node is in; a tree that contains itself is left to `aTree` */
function checkLeaves(node: unknown, path: string, leaf: Rule, above: readonly unknown[]): void {
  leaf(node, path);
  const isBranch = typeof node === "object" && node !== null && !isNdArray(node) && !Array.isArray(node) && !ArrayBuffer.isView(node);
  if (!isBranch || above.includes(node)) return;
  for (const [name, below] of Object.entries(node)) checkLeaves(below, `${path}.${name}`, leaf, [...above, node]);
}

/** A tree of arrays that are copied. */
export const arrayTree = treeOf(plainArray);

/** The option `constants`, whose arrays are used as they are. */
export const constantsRule = optional(treeOf(ownArray));

/**
 * Checks what `checkInputs` of the runtime leaves open: that shapes are whole numbers, bools are 0 or 1, and no memory is shared.
 * @throws LtadError `LTAD_SHAPE` naming the input
 */
export function checkNumbers(inputs: NdArrays): void {
  check("run", { inputs }, { inputs: recordOf(anything) });
  for (const [name, array] of Object.entries(inputs)) {
    if (isNdArray(array)) checkSizes(array.shape, `input ${name}: shape`);
    ownArray(array, `input ${name}`);
  }
}

function checkSizes(shape: unknown, path: string): void {
  if (!Array.isArray(shape)) return;
  const isWhole = Array.from(shape).every((n) => Number.isSafeInteger(n) && n >= 0); // `every` alone would skip holes
  if (!isWhole) throw refuse(path, "whole numbers of 0 or more", Array.from(shape), "LTAD_SHAPE");
}

function unusable(path: string, expected: string, received: string, remedy: string): LtadError {
  const details = { field: path.split(": ").at(-1), expected, received };
  return new LtadError("LTAD_SHAPE", `${path}: expected ${expected}, received ${received}. ${remedy}.`, { details });
}

export const jitRule = fields({ ...engineFields, constants: constantsRule });
export const exportRule = fields({ constants: constantsRule, weights: optional(oneOf(["float32", "float16", "int8"])) });
