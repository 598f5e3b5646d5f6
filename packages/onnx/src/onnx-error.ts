import { LtadError } from "@ltad/core";

/** The error for a file that is not an ONNX model, or not one that this package can use. */
export function weightsError(source: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_WEIGHTS", `${source}: not a usable ONNX file (${why}).`, { cause, details: { file: source } });
}
