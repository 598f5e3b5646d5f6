import { LtadError, type NdArray, type NdArrays } from "@ltad/core";
import type { TensorSpec, TensorSpecs } from "./program.js";

/**
 * Compares inputs with what the program expects.
 * @throws LtadError `LTAD_SHAPE` naming the input and both shapes
 */
export function checkInputs(inputs: NdArrays, specs: TensorSpecs): void {
  const unknown = Object.keys(inputs).find((name) => !(name in specs));
  if (unknown !== undefined) throw wrong(unknown, `unknown; expected ${Object.keys(specs).join(", ") || "no input"}`, {});
  let batch: { name: string; size: number } | undefined;
  for (const [name, spec] of Object.entries(specs)) {
    const array = inputs[name];
    if (!array) throw wrong(name, `missing; expected ${describe(spec)}`, { expected: describe(spec) });
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
  const fits =
    array.dtype === spec.dtype &&
    array.shape.length === spec.shape.length &&
    spec.shape.every((n, i) => n === null || n === array.shape[i]);
  const details = { input: name, expected: describe(spec), received: describe(array) };
  if (!fits) throw wrong(name, `expected ${details.expected}, received ${details.received}`, details);
  const size = array.shape.reduce((a, b) => a * b, 1);
  if (array.data.length !== size) throw wrong(name, `its shape needs ${size} elements, received ${array.data.length}`, details);
}

const describe = ({ dtype, shape }: TensorSpec | NdArray) => `${dtype} [${shape.map((n) => n ?? "batch").join(", ")}]`;

function wrong(name: string, what: string, details: Record<string, unknown>): LtadError {
  return new LtadError("LTAD_SHAPE", `input ${name}: ${what}.`, { details: { input: name, ...details } });
}
