import { isLtadError, LtadError, type WeightType, weightTypes } from "@ltad/core";
import { check, having, oneOf, string } from "@ltad/core/check";
import { changed } from "./codec.js";
import { compactWeight, isCompactable } from "./compact-weight.js";
import { readFloats } from "./float-weight.js";
import { codedMatrix, integerProduct } from "./integer-product.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "./messages.js";
import type { OnnxFile } from "./read-onnx.js";

/** The operator set that brought DynamicQuantizeLinear. */
const leastOpset = 11;

/**
 * A model with its large float32 weights in fewer bytes. With int8, products by a constant matrix are computed in whole numbers
 * ({@link integerProduct}); all other weights, those of convolutions above all, become float32 again when the file is loaded.
 * @param source its name, for errors
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
  const coded = new Set<string>(); // matrices in whole numbers
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

/** Puts the model's name in front of what a weight fails by. */
function ofModel<T>(source: string, job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!isLtadError(error)) throw error;
    throw new LtadError(error.code, `${source}: ${error.message}`, { cause: error, details: { ...error.details, source } });
  }
}

/** Values that are read as right factors of products and in no other way. */
function rightFactors(nodes: readonly OnnxNode[], outputs: readonly string[]): Set<string> {
  const right = new Set<string>();
  const otherwise = new Set(outputs);
  for (const node of nodes) {
    node.input?.forEach((name, i) => (isProduct(node) && i === 1 ? right : otherwise).add(name));
    for (const name of readWithin(node)) otherwise.add(name);
  }
  return new Set([...right].filter((name) => !otherwise.has(name)));
}

/** Values that the graphs within a node (of If and Loop) read or hand out, their own among them. */
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
