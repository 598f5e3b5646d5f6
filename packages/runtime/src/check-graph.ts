import { LtadError } from "@ltad/core/browser";
import type { TensorSpec, TensorSpecs } from "./program.js";

/** What a caller expects of a file: its inputs, with their types and shapes, and the names of its outputs. */
export interface GraphSpecs<In extends TensorSpecs = TensorSpecs, Out extends string = string> {
  /** All inputs of the graph; they are not checked if omitted. */
  readonly inputs?: In;
  /** The outputs that the graph must have; it may have more. */
  readonly outputs?: readonly Out[];
}

/**
 * Compares the graph of a file with what the caller expects.
 * @param name of the file, for errors
 * @throws LtadError `LTAD_SHAPE` naming the input or output, what was expected, and what was found
 */
export function checkGraph(name: string, found: Required<GraphSpecs>, { inputs, outputs = [] }: GraphSpecs): void {
  const missing = outputs.find((output) => !found.outputs.includes(output));
  if (missing !== undefined) throw graphError(name, `output ${missing}`, "present", `outputs ${found.outputs.join(", ")}`);
  if (!inputs) return;
  for (const input of new Set([...Object.keys(inputs), ...Object.keys(found.inputs)])) {
    const [expected, actual] = [inputs[input], found.inputs[input]];
    if (!expected || !actual || !accepts(actual, expected)) throw graphError(name, `input ${input}`, describe(expected), describe(actual));
  }
}

/** A graph whose dimension is free accepts every size; one whose dimension is fixed does not accept a free batch. */
function accepts(actual: TensorSpec, expected: TensorSpec): boolean {
  const fits = (size: number | null | undefined, i: number) => actual.shape[i] === null || actual.shape[i] === size;
  return actual.dtype === expected.dtype && actual.shape.length === expected.shape.length && expected.shape.every(fits);
}

function describe(spec: TensorSpec | undefined): string {
  return spec ? `${spec.dtype} [${spec.shape.map((n) => n ?? "batch").join(", ")}]` : "none";
}

function graphError(name: string, what: string, expected: string, received: string): LtadError {
  const message = `${name}: ${what}: expected ${expected}, received ${received}. Open the file that fits these specs, or change them.`;
  return new LtadError("LTAD_SHAPE", message, { details: { expected, received } });
}
