import { LtadError, type NdArrays, type WeightType, weightTypes } from "@ltad/core";
import { joinProbes, probes, type FreeGraph } from "./graph/free-batch.js";
import { encodeModel, largestModel, type ModelMessage, writeModel } from "@ltad/onnx";
import { modelMessage } from "./graph/encode.js";
import type { TensorSpecs } from "@ltad/runtime";
import type { ExportOptions, TracedFunction } from "./traced-function.js";
import { trace } from "./trace/trace.js";

/**
 * Traces fn to a complete ONNX file (opset 19, IR version 9). Synchronous: nothing is computed, fn is called once, or three times when a
 * batch size is left free.
 * @param inputs null as first dimension: any batch size, the same for all inputs that have it
 * @throws LtadError `LTAD_TRACE` when fn reads values, draws random tensors, or uses a kernel without an ONNX form; `LTAD_CONFIG` when the
 *   weights do not fit their type, or are larger than one file holds ({@link saveOnnx})
 */
export function toOnnx<In extends TensorSpecs, C extends NdArrays | undefined = undefined>(
  fn: TracedFunction<In, C>,
  inputs: In,
  options: ExportOptions<C> = {},
): Uint8Array {
  return oneFile(messageOf(traced(fn as TracedFunction, inputs, options.constants, false).graph, options.weights));
}

/**
 * Writes what {@link toOnnx} gives to a file, whole or not at all. Weights beyond 1.9 GB, which one .onnx file cannot hold, go to a data file
 * beside it ("external data"); open the model by its path then.
 * @param path of the .onnx file; folders are made
 * @throws LtadError as {@link toOnnx}, and `LTAD_WRITE`
 */
export async function saveOnnx<In extends TensorSpecs, C extends NdArrays | undefined = undefined>(
  path: string,
  fn: TracedFunction<In, C>,
  inputs: In,
  options: ExportOptions<C> = {},
): Promise<void> {
  await writeModel(path, messageOf(traced(fn as TracedFunction, inputs, options.constants, false).graph, options.weights));
}

/** The file, and with `watched` what reads the output of flags that it then has beside its own. */
export function compile(fn: TracedFunction, inputs: TensorSpecs, constants: NdArrays | undefined, watched: boolean) {
  const { graph, inspect } = traced(fn, inputs, constants, watched);
  return { model: oneFile(modelMessage(graph)), inspect };
}

function traced(fn: TracedFunction, inputs: TensorSpecs, constants: NdArrays | undefined, watched: boolean) {
  checkSpecs(inputs);
  const at = (batch: number) => trace(fn, inputs, constants ?? {}, batch, watched);
  const isFree = Object.values(inputs).some((spec) => spec.shape[0] === null);
  const first = at(isFree ? probes[0] : 1);
  return { graph: isFree ? joinProbes([first, at(probes[1]), at(probes[2])]) : fixed(first), inspect: first.inspect };
}

function messageOf(graph: FreeGraph, weights: WeightType = "float32"): ModelMessage {
  if (weightTypes.includes(weights)) return modelMessage(graph, weights);
  throw new LtadError("LTAD_CONFIG", `weights: expected one of ${weightTypes.join(", ")}, received ${weights as string}.`);
}

function oneFile(message: ModelMessage): Uint8Array {
  const bytes = message.graph.initializer.reduce((sum, { rawData }) => sum + rawData.byteLength, 0);
  if (bytes <= largestModel) return encodeModel(message);
  const size = (bytes / 1e9).toFixed(1);
  throw new LtadError(
    "LTAD_CONFIG",
    `constants: they have ${size} GB, one .onnx file holds 1.9. Use saveOnnx, and openProgram with its path.`,
  );
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
