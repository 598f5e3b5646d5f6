import { isLtadError, LtadError } from "@ltad/core";

/** Explains that the runtime does not load a graph that was just traced: no file is damaged, but an operation has operands that ONNX does not support. */
export function explainRuntime(error: unknown): never {
  if (!isLtadError(error) || error.code !== "LTAD_BUNDLE") throw error;
  const reason = error.message.replace(/^model: /, "").replace(/ Write it again, or fetch it again\.$/, "");
  const remedy = 'An operation has operands of a type or shape that ONNX lacks: cast or reshape them, or run with engine: "tensorflow".';
  throw new LtadError("LTAD_TRACE", `traced function: ${reason} ${remedy}`, { cause: error });
}
