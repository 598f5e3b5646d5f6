import { decodeModel } from "./codec.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, SparseTensor } from "./messages.js";

/** A tensor, and the place in the model that identifies it if it has no name. */
export interface FoundTensor {
  readonly tensor: OnnxTensor;
  readonly place: string;
}

/**
 * Lists the tensors whose numbers are in other files, wherever they are in the model: weights, sparse weights, attributes, subgraphs, functions
 * and training information.
 * @param source what errors call the model
 * @returns their names, or their places if they have no name
 * @throws LtadError `LTAD_WEIGHTS` when it is not an ONNX file
 */
export function externalTensors(bytes: Uint8Array, source: string): string[] {
  return [...tensorsOf(decodeModel(bytes, source))].filter(({ tensor }) => isExternal(tensor)).map(nameOf);
}

/** True when the numbers of a tensor are in another file. */
export function isExternal({ dataLocation, externalData }: OnnxTensor): boolean {
  return dataLocation === 1 || (externalData?.length ?? 0) > 0;
}

/** The name of a tensor, or its place if it has none. */
export function nameOf({ tensor, place }: FoundTensor): string {
  return tensor.name || place;
}

/** Every tensor of a model. */
export function* tensorsOf({ graph, functions = [], trainingInfo = [] }: OnnxModel): Generator<FoundTensor> {
  if (graph) yield* inGraph(graph);
  for (const { node, attributeProto } of functions) {
    yield* inNodes(node);
    yield* inAttributes(attributeProto, "function");
  }
  for (const { initialization, algorithm } of trainingInfo) {
    for (const part of [initialization, algorithm]) if (part) yield* inGraph(part);
  }
}

function* inGraph({ initializer = [], sparseInitializer = [], node }: OnnxGraph): Generator<FoundTensor> {
  for (const tensor of initializer) yield { tensor, place: "a weight without a name" };
  for (const sparse of sparseInitializer) yield* inSparse(sparse, "a sparse weight");
  yield* inNodes(node);
}

function* inSparse({ values, indices }: SparseTensor, place: string): Generator<FoundTensor> {
  const name = values?.name || place;
  if (values) yield { tensor: values, place };
  if (indices) yield { tensor: indices, place: `indices of ${name}` };
}

function* inNodes(nodes: readonly OnnxNode[] = []): Generator<FoundTensor> {
  for (const { name, opType = "", attribute } of nodes) yield* inAttributes(attribute, name || opType);
}

function* inAttributes(attributes: readonly OnnxAttribute[] = [], owner: string): Generator<FoundTensor> {
  for (const { name = "", t, tensors = [], sparseTensor, sparseTensors = [], g, graphs = [] } of attributes) {
    const place = `${owner}.${name}`;
    for (const tensor of t ? [t, ...tensors] : tensors) yield { tensor, place };
    for (const sparse of sparseTensor ? [sparseTensor, ...sparseTensors] : sparseTensors) yield* inSparse(sparse, place);
    for (const graph of g ? [g, ...graphs] : graphs) yield* inGraph(graph);
  }
}
