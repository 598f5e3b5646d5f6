import { isNdArray, LtadError } from "@ltad/core";
import { aTree, boolean, fields, oneOf, optional, type Rule } from "@ltad/core/check";
import { boolFault, faultOf, runtimeFields } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";

/** Options that choose how a compiled function runs. */
export const engineFields = { ...runtimeFields, engine: optional(oneOf(["onnx", "tensorflow"])), check: optional(boolean) } as const;

/** Refuses a tensor, and what the fault finds in an array. Whatever else is no array is left to the other rules. */
function arrayWithout(fault: typeof faultOf): Rule {
  return (value, path) => {
    const isTensor = value instanceof tf.Tensor;
    const found = isTensor
      ? "expected arrays { dtype, shape, data }, received a tf.Tensor. Copy it with toNdArray"
      : isNdArray(value) && fault(value);
    if (found) throw new LtadError("LTAD_SHAPE", `${path}: ${found}.`, { details: { field: path.split(": ").at(-1) } });
  };
}

/** An array that is copied; its bools are 0 and 1. */
export const plainArray = arrayWithout(boolFault);

/** An array that is used as it is, so its memory may not be shared: the runtime cannot read that, and another thread could change it. */
const ownArray = arrayWithout(faultOf);

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

export const jitRule = fields({ ...engineFields, constants: constantsRule });
export const exportRule = fields({ constants: constantsRule, weights: optional(oneOf(["float32", "float16", "int8"])) });
