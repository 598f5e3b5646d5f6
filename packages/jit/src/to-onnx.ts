import { flatten, isNdArray, LtadError, type NdArray, type Tree } from "@ltad/core";
import { check, func, string } from "@ltad/core/check";
import { joinProbes, probes, type FreeGraph } from "./graph/free-batch.js";
import { encodeModel, largestModel, type ModelMessage, writeModel } from "@ltad/onnx";
import { type GraphMessage, modelMessage } from "./graph/encode.js";
import { specsRule, type TensorSpecs } from "@ltad/runtime";
import { mapArrays } from "./map-arrays.js";
import { exportRule } from "./rules.js";
import { type AnyFunction, type ExportOptions, type NoArrays, type Tensors, type TracedFunction, untyped } from "./traced-function.js";
import { trace } from "./trace/trace.js";

const rules = { fn: func, inputs: specsRule, options: exportRule };

/**
 * Traces fn and returns a complete ONNX file (opset 19, IR version 9). Nothing is computed: fn is called once, or three times when a batch size is free.
 * @param fn a pure function from named tensors to named tensors, which does not read their values
 * @param inputs the types and shapes of the inputs; null as the first dimension allows any batch size, the same for all such inputs
 * @throws LtadError `LTAD_TRACE` when fn reads values, draws random tensors, or uses a kernel without an ONNX form; `LTAD_CONFIG` when the
 *   weights do not fit their type, or are larger than one file holds ({@link saveOnnx})
 */
export function toOnnx<const In extends TensorSpecs, C extends Tree<NdArray> = NoArrays, Out extends Tensors = Tensors>(
  fn: TracedFunction<In, C, Out>,
  inputs: In,
  options: ExportOptions<C> = {},
): Uint8Array {
  check("toOnnx", { fn, inputs, options }, rules);
  return oneFile(toMessage(fn, inputs, options));
}

/**
 * Traces fn and writes it to an ONNX file, completely or not at all. Weights of more than 1.9 GB, for which one .onnx file is too small, go to a data file
 * beside it ("external data"); such a model must be opened by its path.
 * @param path of the .onnx file; missing folders are created
 * @throws LtadError as {@link toOnnx}, and `LTAD_WRITE` when a file cannot be written
 */
export async function saveOnnx<const In extends TensorSpecs, C extends Tree<NdArray> = NoArrays, Out extends Tensors = Tensors>(
  path: string,
  fn: TracedFunction<In, C, Out>,
  inputs: In,
  options: ExportOptions<C> = {},
): Promise<void> {
  check("saveOnnx", { path, fn, inputs, options }, { path: string, ...rules });
  await writeModel(path, toMessage(fn, inputs, options));
}

/** The model before it is encoded. */
export function toMessage<In extends TensorSpecs, C extends Tree<NdArray>, Out extends Tensors>(
  fn: TracedFunction<In, C, Out>,
  inputs: In,
  { constants, weights = "float32" }: ExportOptions<C>,
): ModelMessage {
  const { graph } = traced(untyped(fn), inputs, constants, false);
  return modelMessage(graph, weights);
}

/**
 * Traces a function and encodes it. With `watched`, the graph has one more output of flags, and the result includes a function that reads them.
 * @param change is applied to the model before it is encoded
 */
export function compile(
  fn: AnyFunction,
  inputs: TensorSpecs,
  constants: Tree<NdArray> | undefined,
  watched: boolean,
  change: (message: GraphMessage) => ModelMessage = (message) => message,
) {
  const { graph, inspect } = traced(fn, inputs, constants, watched);
  return { model: oneFile(change(modelMessage(graph))), inspect };
}

function traced(fn: AnyFunction, inputs: TensorSpecs, constants: Tree<NdArray> = {}, watched: boolean) {
  checkSpecs(inputs);
  const named = flatten(constants, isNdArray);
  const flat = (tensors: Tensors, weights: Tensors) =>
    fn(
      tensors,
      mapArrays(constants, (_, path) => weights[path]!),
    );
  const at = (batch: number) => trace(flat, inputs, named, batch, watched);
  const isFree = Object.values(inputs).some((spec) => spec.shape[0] === null);
  const first = at(isFree ? probes[0] : 1);
  return { graph: isFree ? joinProbes([first, at(probes[1]), at(probes[2])]) : fixed(first), inspect: first.inspect };
}

function oneFile(message: ModelMessage): Uint8Array {
  const bytes = message.graph.initializer.reduce((sum, { rawData }) => sum + rawData.byteLength, 0);
  if (bytes <= largestModel) return encodeModel(message);
  const size = (bytes / 1e9).toFixed(1);
  throw new LtadError(
    "LTAD_CONFIG",
    `constants: they take ${size} GB, but one .onnx file holds at most 1.9 GB. Use saveOnnx, and openProgram with the path of the file.`,
  );
}

const fixed = (traced: Omit<FreeGraph, "dims">): FreeGraph => ({ ...traced, dims: (value) => value.stored });

/** @throws LtadError `LTAD_SHAPE` for a dimension that is not a size, and for a free dimension that is not the first */
export function checkSpecs(inputs: TensorSpecs) {
  for (const [name, { shape }] of Object.entries(inputs)) {
    const wrong = shape.find((n, i) => (n === null ? i > 0 : !Number.isInteger(n) || n < 0));
    if (wrong !== undefined)
      throw new LtadError(
        "LTAD_SHAPE",
        `${name}: [${shape.join(", ")}] is not a valid shape. Dimensions are whole numbers; only the first may be null.`,
      );
  }
}
