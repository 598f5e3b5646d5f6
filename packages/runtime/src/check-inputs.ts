import { LtadError, type NdArray, type NdArrays } from "@ltad/core/browser";
import { anArray, check, nearest, recordOf, refuse } from "@ltad/core/check";
import type { TensorSpec, TensorSpecs } from "./program.js";

/**
 * Compares inputs with what the program expects. Bools must be 0 or 1, and no memory may be shared: the runtime would compute with other numbers, or
 * could not read them.
 * @throws LtadError `LTAD_SHAPE` naming the input and both shapes
 */
export function checkInputs(inputs: NdArrays, specs: TensorSpecs): void {
  check("run", { inputs }, { inputs: recordOf(() => undefined) });
  const unknown = Object.keys(inputs).find((name) => !Object.hasOwn(specs, name));
  if (unknown !== undefined) {
    const near = nearest(unknown, Object.keys(specs));
    const hint = near === undefined ? "" : `. Did you mean ${near}?`;
    throw wrong(unknown, `unknown; expected ${Object.keys(specs).join(", ") || "no input"}${hint}`, {});
  }
  let batch: { name: string; size: number } | undefined;
  for (const [name, spec] of Object.entries(specs)) {
    const array = inputs[name];
    if (array === undefined || array === null) throw wrong(name, `missing; expected ${describe(spec)}`, { expected: describe(spec) });
    checkArray(name, array, spec);
    if (spec.shape[0] !== null) continue;
    batch ??= { name, size: array.shape[0]! };
    if (array.shape[0] !== batch.size)
      throw wrong(
        name,
        `has a batch of ${array.shape[0]}, but ${batch.name} has one of ${batch.size}. All inputs must have the same batch size`,
        {},
      );
  }
}

function checkArray(name: string, array: NdArray, spec: TensorSpec) {
  if (isTensor(array)) throw wrong(name, "expected arrays { dtype, shape, data }, received a tf.Tensor. Copy it with toNdArray", {});
  if (!isDescribed(array)) anArray()(array, `input ${name}: array`);
  const fits =
    array.dtype === spec.dtype &&
    array.shape.length === spec.shape.length &&
    spec.shape.every((n, i) => n === null || n === array.shape[i]);
  const details = { input: name, expected: describe(spec), received: describe(array) };
  if (!fits) throw wrong(name, `expected ${details.expected}, received ${details.received}`, details);
  const sizes = Array.from(array.shape); // `every` alone would skip holes
  if (!sizes.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw refuse(`input ${name}: shape`, "whole numbers of 0 or more", sizes, "LTAD_SHAPE");
  const size = array.shape.reduce((a, b) => a * b, 1);
  if (array.data.length !== size) throw wrong(name, `its shape needs ${size} elements, received ${array.data.length}`, details);
  const wanted = dataTypes[array.dtype];
  const received = array.data.constructor.name;
  if (!(array.data instanceof wanted)) throw wrong(name, `its data must be a ${wanted.name}, received a ${received}`, details);
  const fault = faultOf(array);
  if (fault !== undefined) throw wrong(name, fault, details);
}

/** Why an array of the right type and size cannot be used; undefined if it can. */
export function faultOf(array: NdArray): string | undefined {
  if (typeof SharedArrayBuffer !== "undefined" && array.data.buffer instanceof SharedArrayBuffer)
    return "expected numbers of its own, received numbers in a SharedArrayBuffer. Copy them with data.slice()";
  return boolFault(array);
}

/** What is wrong with the numbers of a bool array; undefined if they are 0 and 1, or the array is of another type. */
export function boolFault({ dtype, data }: NdArray): string | undefined {
  const at = dtype === "bool" ? data.findIndex((value) => value > 1) : -1;
  return at < 0 ? undefined : `expected 0 or 1 in a bool array, received ${data[at]} at index ${at}. Write 1 for true`;
}

const dataTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** A tensor of TensorFlow.js, which this package does not know. */
function isTensor(array: object): boolean {
  return typeof (array as { readonly dataSync?: unknown }).dataSync === "function";
}

/** Has a type and a shape that {@link describe} can print, and numbers. */
function isDescribed({ dtype, shape, data }: NdArray): boolean {
  return (
    typeof dtype === "string" &&
    typeof data === "object" &&
    Array.isArray(shape) &&
    typeof (data as ArrayLike<number> | undefined)?.length === "number"
  );
}

const describe = ({ dtype, shape }: TensorSpec | NdArray) => `${dtype} [${shape.map((n) => n ?? "batch").join(", ")}]`;

function wrong(name: string, what: string, details: Record<string, unknown>): LtadError {
  return new LtadError("LTAD_SHAPE", `input ${name}: ${what.replace(/[^?]$/, "$&.")}`, { details: { input: name, ...details } });
}
