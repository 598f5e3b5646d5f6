import { LtadError, type NdArrays } from "@ltad/core";
import { joinProbes, probes, type FreeGraph } from "./graph/free-batch.js";
import { encodeModel } from "./onnx/encode.js";
import type { TensorSpecs } from "./program.js";
import type { TraceOptions, TracedFunction } from "./traced-function.js";
import { trace } from "./trace/trace.js";

/**
 * Traces fn to a complete ONNX file (opset 19). Synchronous: nothing is computed, fn is called once, or three times when a batch
 * size is left free.
 * @param inputs null as first dimension: any batch size, the same for all inputs that have it
 * @throws LtadError `LTAD_TRACE` when fn reads values, draws random tensors, or uses a kernel without an ONNX form
 */
export function toOnnx<In extends TensorSpecs, C extends NdArrays | undefined = undefined>(
  fn: TracedFunction<In, C>,
  inputs: In,
  options: TraceOptions<C> = {},
): Uint8Array {
  return compile(fn as TracedFunction, inputs, options.constants, false).model;
}

/** The file, and with `watched` what reads the output of flags that it then has beside its own. */
export function compile(fn: TracedFunction, inputs: TensorSpecs, constants: NdArrays | undefined, watched: boolean) {
  checkSpecs(inputs);
  const at = (batch: number) => trace(fn, inputs, constants ?? {}, batch, watched);
  const isFree = Object.values(inputs).some((spec) => spec.shape[0] === null);
  const first = at(isFree ? probes[0] : 1);
  const graph = isFree ? joinProbes([first, at(probes[1]), at(probes[2])]) : fixed(first);
  return { model: encodeModel(graph), inspect: first.inspect };
}

const fixed = (traced: Omit<FreeGraph, "dims">): FreeGraph => ({ ...traced, dims: (value) => value.stored });

function checkSpecs(inputs: TensorSpecs) {
  for (const [name, { shape }] of Object.entries(inputs)) {
    const wrong = shape.find((n, i) => (n === null ? i > 0 : !Number.isInteger(n) || n < 0));
    if (wrong !== undefined)
      throw new LtadError(
        "LTAD_SHAPE",
        `${name}: the shape [${shape.join(", ")}] is not one. Dimensions are whole numbers; only the first may be null.`,
      );
  }
}
