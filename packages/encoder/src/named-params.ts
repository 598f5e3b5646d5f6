import { createHash } from "node:crypto";
import { bytesOf, flatten, isNdArray, LtadError, type NdArray, type NdArrays, type TensorInfo, type Tree } from "@ltad/core";

/** The error for weights that do not fit the model they are loaded into. */
export function misfitError(source: string, name: string, expected: string, received: string): LtadError {
  const message = `${source}: ${name}: expected ${expected}, received ${received}. These weights belong to another model or version.`;
  return new LtadError("LTAD_WEIGHTS", message, { details: { source, name, expected, received } });
}

const shapeText = (shape: readonly number[]) => `[${shape.join(", ")}]`;

/**
 * Checks that parameters have exactly the expected names and shapes, and are float32.
 * @throws LtadError `LTAD_WEIGHTS` naming the first parameter that does not fit
 */
export function checkShapes(named: NdArrays, shapes: Readonly<Record<string, readonly number[]>>, source: string): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const array = named[name];
    const expected = `float32 ${shapeText(shape)}`;
    if (!array) throw misfitError(source, name, expected, "nothing");
    const received = `${array.dtype} ${shapeText(array.shape)}`;
    if (received !== expected) throw misfitError(source, name, expected, received);
  }
  const surplus = Object.keys(named).find((name) => !(name in shapes));
  if (surplus) throw misfitError(source, surplus, "no such parameter", "one");
}

const floatTypes = ["F32", "F64", "F16", "BF16"];

/**
 * Checks the header of a checkpoint before its tensors are read: every expected tensor must exist with its shape and a floating-point type.
 * @param isSpare true for tensors that may exist in addition
 * @throws LtadError `LTAD_WEIGHTS` naming the first that does not fit, with both shapes
 */
export function checkTensors(
  tensors: Readonly<Record<string, TensorInfo>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  { source, isSpare }: { readonly source: string; readonly isSpare: (name: string) => boolean },
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (!found) throw misfitError(source, name, shapeText(shape), "nothing");
    if (shapeText(found.shape) !== shapeText(shape)) throw misfitError(source, name, shapeText(shape), shapeText(found.shape));
    if (!floatTypes.includes(found.dtype)) throw misfitError(source, name, floatTypes.join(", "), found.dtype);
  }
  const surplus = Object.entries(tensors).find(([name]) => !Object.hasOwn(shapes, name) && !isSpare(name));
  if (surplus) throw misfitError(source, surplus[0], "no such tensor", shapeText(surplus[1].shape));
}

/**
 * Checks that all numbers are finite.
 * @throws LtadError `LTAD_WEIGHTS` naming the first array with a number that is not
 */
export function checkNumbers(named: NdArrays, source: string): void {
  for (const [name, { data }] of Object.entries(named)) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new LtadError(
        "LTAD_WEIGHTS",
        `${source}: ${name}: element ${bad} is ${data[bad]}, expected finite numbers. These weights are damaged; fetch them again.`,
        {
          details: { source, name },
        },
      );
  }
}

/** The SHA-256 of a graph version and all weights. Two encoders with the same id compute the same features. */
export function encoderId(graph: string, params: Tree<NdArray>): string {
  const hash = createHash("sha256").update(graph);
  for (const [name, { dtype, shape, data }] of Object.entries(flatten(params, isNdArray))) {
    hash.update(`\n${name} ${dtype} ${shapeText(shape)}\n`);
    hash.update(bytesOf(data));
  }
  return hash.digest("hex");
}
