import { isLtadError, LtadError, type WeightType, weightTypes } from "@ltad/core";
import { check, having, oneOf, string } from "@ltad/core/check";
import { changed } from "./codec.js";
import { compactWeight, isCompactable } from "./compact-weight.js";
import { readFloats } from "./float-weight.js";
import { codedMatrix, integerProduct } from "./integer-product.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "./messages.js";
import type { OnnxFile } from "./read-onnx.js";

/** The first operator set with DynamicQuantizeLinear. */
const leastOpset = 11;

/**
 * Stores the large float32 weights of a model in fewer bytes. With int8, products by a constant matrix are computed in whole numbers
 * ({@link integerProduct}); all other weights, such as those of convolutions, become float32 again when the file is loaded.
 * @param precision "float32" returns the model unchanged
 * @param source what errors call the model
 * @throws LtadError `LTAD_WEIGHTS` when its operator set is too old, `LTAD_CONFIG` when a weight does not fit the type
 */
export function compactOnnx(file: OnnxFile, precision: WeightType, source: string): OnnxFile {
  check(
    "compactOnnx",
    { file, precision, source },
    { file: having("a file that readOnnx read", "model", "outputs"), precision: oneOf(weightTypes), source: string },
  );
  if (precision === "float32") return file;
  if (precision === "int8") checkOpset(file, source);
  const { graph } = file.model;
  const nodes = graph.node ?? [];
  const factors = precision === "int8" ? rightFactors(nodes, file.outputs) : new Set<string>();
  const coded = new Set<string>(); // names of the matrices that are coded in whole numbers
  const conversions: OnnxNode[] = [];
  const initializer = (graph.initializer ?? []).flatMap((tensor): readonly OnnxTensor[] => {
    const weight = readFloats(tensor, source);
    if (!weight || !isCompactable(weight.shape)) return [tensor];
    const isFactor = factors.has(weight.name) && weight.shape.length === 2;
    if (isFactor) coded.add(weight.name);
    const compact = ofModel(source, () =>
      isFactor ? { tensors: codedMatrix(weight), conversions: [] } : compactWeight(weight.name, weight.data(), weight.shape, precision),
    );
    conversions.push(...compact.conversions);
    return compact.tensors;
  });
  const compacted: OnnxGraph = changed(graph, { node: [...conversions, ...inWholeNumbers(nodes, coded)], initializer });
  return { ...file, model: changed(file.model, { graph: compacted }) };
}

/** Puts the name of the model in front of the error of a weight. */
function ofModel<T>(source: string, job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!isLtadError(error)) throw error;
    throw new LtadError(error.code, `${source}: ${error.message}`, { cause: error, details: { ...error.details, source } });
  }
}

/** The names of values that are used only as right factors of products. */
function rightFactors(nodes: readonly OnnxNode[], outputs: readonly string[]): Set<string> {
  const right = new Set<string>();
  const otherwise = new Set(outputs);
  for (const node of nodes) {
    node.input?.forEach((name, i) => (isProduct(node) && i === 1 ? right : otherwise).add(name));
    for (const name of readWithin(node)) otherwise.add(name);
  }
  return new Set([...right].filter((name) => !otherwise.has(name)));
}

/** The names of all values that the subgraphs of a node (If, Loop) read or return, including their own. */
function* readWithin({ attribute = [] }: OnnxNode): Generator<string> {
  for (const graph of attribute.flatMap(graphsOf)) {
    for (const { name = "" } of graph.output ?? []) yield name;
    for (const node of graph.node ?? []) {
      yield* node.input ?? [];
      yield* readWithin(node);
    }
  }
}

function graphsOf({ g, graphs = [] }: OnnxAttribute): readonly OnnxGraph[] {
  return g ? [g, ...graphs] : graphs;
}

function inWholeNumbers(nodes: readonly OnnxNode[], matrices: ReadonlySet<string>): OnnxNode[] {
  const activations = new Set<string>();
  return nodes.flatMap((node) => (isProduct(node) && matrices.has(node.input?.[1] ?? "") ? integerProduct(node, activations) : [node]));
}

function isProduct({ opType, domain = "" }: OnnxNode): boolean {
  return opType === "MatMul" && domain === "";
}

function checkOpset({ opsets }: OnnxFile, source: string): void {
  const version = opsets.get("") ?? 1;
  if (version >= leastOpset) return;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: precision int8: expected ONNX operator set ${leastOpset} or newer, received ${version}. Export the model again with a newer one (opset_version=17), or use float16.`,
  );
}
