import { isLtadError, LtadError, type WeightType } from "@ltad/core";
import { compactWeight, isCompactable } from "./compact-weight.js";
import { codedMatrix, integerProduct } from "./integer-product.js";
import type { OnnxFile } from "./onnx-file.js";
import { nodeField, type OnnxNode, readNode } from "./onnx-node.js";
import { readWeight, tensorField } from "./onnx-tensor.js";
import type { Field } from "./wire.js";

// Field numbers of GraphProto in onnx.proto (onnx/onnx, Apache-2.0).
const graph = { node: 1, initializer: 5 };
/** The operator set that brought DynamicQuantizeLinear. */
const leastOpset = 11;

/**
 * A model with its large float32 weights in fewer bytes. With int8, products by a constant matrix are computed in whole numbers
 * ({@link integerProduct}); all other weights, those of convolutions above all, become float32 again when the file is loaded.
 * @param source its name, for errors
 * @throws LtadError `LTAD_WEIGHTS` when its operator set is too old, `LTAD_CONFIG` when a weight does not fit the type
 */
export function compactOnnx(file: OnnxFile, precision: WeightType, source: string): OnnxFile {
  if (precision === "float32") return file;
  if (precision === "int8") checkOpset(file, source);
  const nodes = file.graph.filter(({ number }) => number === graph.node).map((field) => ({ field, node: readNode(field) }));
  const factors = precision === "int8" ? rightFactors(nodes, file.outputs) : new Set<string>();
  const coded = new Set<string>(); // matrices in whole numbers
  const conversions: Field[] = [];
  const tensors = file.graph
    .filter(({ number }) => number === graph.initializer)
    .flatMap((field) => {
      const weight = readWeight(field);
      if (!weight || !isCompactable(weight.shape)) return [field];
      const isFactor = factors.has(weight.name) && weight.shape.length === 2;
      if (isFactor) coded.add(weight.name);
      const compact = ofModel(source, () =>
        isFactor ? { tensors: codedMatrix(weight), conversions: [] } : compactWeight(weight.name, weight.data, weight.shape, precision),
      );
      conversions.push(...compact.conversions.map(nodeField));
      return compact.tensors.map((tensor) => tensorField(graph.initializer, tensor));
    });
  const others = file.graph.filter(({ number }) => number !== graph.node && number !== graph.initializer);
  return { ...file, graph: [...conversions, ...inWholeNumbers(nodes, coded), ...tensors, ...others] };
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

interface NodeField {
  readonly field: Field;
  readonly node: OnnxNode;
}

/** Values that are read as right factors of products and in no other way. */
function rightFactors(nodes: readonly NodeField[], outputs: readonly string[]): Set<string> {
  const right = new Set<string>();
  const otherwise = new Set(outputs);
  for (const { node } of nodes) {
    node.inputs.forEach((name, i) => (isProduct(node) && i === 1 ? right : otherwise).add(name));
    node.within.forEach((name) => otherwise.add(name));
  }
  return new Set([...right].filter((name) => !otherwise.has(name)));
}

function inWholeNumbers(nodes: readonly NodeField[], matrices: ReadonlySet<string>): Field[] {
  const activations = new Set<string>();
  return nodes.flatMap(({ field, node }) =>
    isProduct(node) && matrices.has(node.inputs[1]!) ? integerProduct(node, activations).map(nodeField) : [field],
  );
}

function isProduct({ op, domain }: OnnxNode): boolean {
  return op === "MatMul" && domain === "";
}

function checkOpset({ opsets }: OnnxFile, source: string): void {
  const version = opsets.get("") ?? 1;
  if (version >= leastOpset) return;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: precision int8: expected an ONNX operator set from ${leastOpset} on, received ${version}. Export the model again with a newer one (opset_version=17), or use float16.`,
  );
}
