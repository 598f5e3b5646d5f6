import { isLtadError } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { f32, toOnnx } from "../index.js";

/** A program as a stranger writes it, right or wrong. */
export type Program = (inputs: { x: tf.Tensor2D }) => unknown;

/** Its input. */
export const x = { x: f32(2, 3) };

/** What the tracer says of it: the message of LTAD_TRACE, another code, or "traced". */
export function messageOf(fn: Program): string {
  try {
    toOnnx(fn as never, x);
  } catch (error) {
    if (!isLtadError(error)) throw error;
    return error.code === "LTAD_TRACE" ? error.message : error.code;
  }
  return "traced";
}
