/**
 * Rules for the arguments of public functions, under `@ltad/core/check`. A rule looks at a value and throws; {@link check} runs one for each argument:
 *
 *   check("klWeight", { step, options }, { step: whole(0), options: optional(fields({ beta: optional(number(0)) })) });
 *
 * The elements of a plain array are checked one by one; those of a typed array are not, so a check of a large array costs nothing.
 */
export { anArray, aTree } from "./check/arrays.js";
export { below, boolean, func, having, number, oneOf, rng, string, whole } from "./check/simple.js";
export { anything, check, listOf, optional, pairOf, recordOf, refuse, type Rule } from "./check/rule.js";
export { fields } from "./check/fields.js";
export { arrayLike, bytes, floatData, numbers } from "./check/numbers.js";
export { tensor } from "./check/tensor.js";
export { nearest } from "./nearest.js";
