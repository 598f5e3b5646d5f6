import { LtadError } from "@ltad/core";
import { callerLine } from "../caller-line.js";

// What the tracer says of programs that cannot be traced; each begins with the line of the caller.

/** A read of a tensor that has no numbers. */
export function valueless(): LtadError {
  return new LtadError(
    "LTAD_TRACE",
    `${callerLine()}: reads the values of a tensor that is being traced and has none yet. ` +
      "A traced function must not use data, dataSync, array, arraySync or print, or branch on values; use tf.where.",
  );
}

/** A read that a traced function would have to wait for. */
export function awaited(): LtadError {
  return new LtadError(
    "LTAD_TRACE",
    `${callerLine()}: waits for the values of a tensor. A traced function runs once, and nothing can wait in it: ` +
      "use dataSync or arraySync for a tensor of outside, and no function of TF.js whose name ends in Async.",
  );
}

/** A call of an operation with tensors that it cannot take. */
export function refusedCall(kernel: string, why: string): LtadError {
  return new LtadError("LTAD_TRACE", `${callerLine()}: the operation (kernel ${kernel}) cannot take these tensors: ${why}.`, {
    details: { kernel },
  });
}

/** A tensor of a type that a graph does not have here. */
export function unsupportedType(dtype: string): LtadError {
  return new LtadError("LTAD_TRACE", `${callerLine()}: a ${dtype} tensor cannot be traced; float32, int32 and bool can.`);
}
