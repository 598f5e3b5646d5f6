import { decodeModel } from "./codec.js";
import { isExternal, tensorsOf } from "./every-tensor.js";
import type { Int64, OnnxGraph, OnnxModel, ValueInfo } from "./messages.js";
import { weightsError } from "./onnx-error.js";

/** A parsed ONNX file. */
export interface OnnxFile {
  readonly model: OnnxModel & { readonly graph: OnnxGraph };
  /** The version of each operator set by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The inputs of the graph, without those that are weights. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /** The operators of ONNX's own domain that the model uses. */
  readonly operators: ReadonlySet<string>;
}

/** An input of a graph. A dimension that is not fixed is null. */
export interface OnnxInput {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

/**
 * Parses an ONNX file. Weights are views of its bytes.
 * @param source what errors call the file
 * @throws LtadError `LTAD_WEIGHTS` when it is not an ONNX file, is truncated, or has weights in other files, which {@link readOnnxFile} moves inside
 */
export function readOnnx(bytes: Uint8Array, source: string): OnnxFile {
  const model = decodeModel(bytes, source);
  if (!hasGraph(model)) throw weightsError(source, "it has no graph. Export or copy it again");
  for (const { tensor } of tensorsOf(model))
    if (isExternal(tensor))
      throw weightsError(
        source,
        "its weights are in another file. Save the model with its weights inside: onnx.save(onnx.load(path), path)",
      );
  const { graph, opsetImport = [] } = model;
  const weights = new Set(graph.initializer?.map(({ name }) => name));
  return {
    model,
    opsets: new Map(opsetImport.map(({ domain = "", version = 0 }) => [domain, integer(version)])),
    inputs: (graph.input ?? []).filter(({ name }) => !weights.has(name)).map(inputOf),
    outputs: (graph.output ?? []).map(({ name = "" }) => name),
    operators: new Set((graph.node ?? []).flatMap(({ domain, opType }) => (domain || !opType ? [] : [opType]))),
  };
}

function hasGraph(model: OnnxModel): model is OnnxFile["model"] {
  return model.graph !== undefined && Object.hasOwn(model, "graph");
}

function inputOf({ name = "", type }: ValueInfo): OnnxInput {
  const dimensions = type?.tensorType?.shape?.dim ?? [];
  return { name, shape: dimensions.map((dim) => (Object.hasOwn(dim, "dimValue") ? integer(dim.dimValue) : null)) };
}

/** A size or a version as a number. Beyond 2^53, which real files do not reach, it is rounded. */
export function integer(value: Int64 = 0): number {
  return typeof value === "number" ? value : Number(value.toString());
}
