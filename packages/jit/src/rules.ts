import { boolean, fields, oneOf, optional, aTree } from "@ltad/core/check";
import { runtimeFields } from "@ltad/runtime";

/** Options that choose how a compiled function runs. */
export const engineFields = { ...runtimeFields, engine: optional(oneOf(["onnx", "tensorflow"])), check: optional(boolean) } as const;

const constants = optional(aTree);

export const jitRule = fields({ ...engineFields, constants });
export const exportRule = fields({ constants, weights: optional(oneOf(["float32", "float16", "int8"])) });
