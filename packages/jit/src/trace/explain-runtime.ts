import { isLtadError, LtadError } from "@ltad/core";

/** A graph that was just made and that the runtime does not load has nothing to do with a damaged file: an operation has operands that ONNX does not know. */
export function explainRuntime(error: unknown): never {
  if (!isLtadError(error) || error.code !== "LTAD_BUNDLE") throw error;
  const reason = error.message.replace(/^model: /, "").replace(/ Write it again, or fetch it again\.$/, "");
  const remedy = 'An operation has operands of a type or shape that ONNX lacks: cast or reshape them, or run with engine: "tensorflow".';
  throw new LtadError("LTAD_TRACE", `traced function: ${reason} ${remedy}`, { cause: error });
}
