import { bytesOf, type WeightType } from "@ltad/core";
import { onnxType } from "@ltad/onnx";
import type { Elements, Graph, GraphType, Node, Value } from "./graph.js";
import { compactWeight, type Conversion, isCompactable, type Tensor } from "@ltad/onnx";

/** The constants that are used, each name once, and the nodes that make float32 of the named ones that are stored otherwise. */
export function encodeInitialisers(
  graph: Graph,
  nodes: readonly Node[],
  outputs: Readonly<Record<string, Value>>,
  names: ReadonlyMap<Value, string>,
  weights: WeightType,
): { tensors: Tensor[]; conversions: Conversion[] } {
  const used = new Set<Value | undefined>([...nodes.flatMap((n) => n.inputs), ...Object.values(outputs)]);
  const written = new Set<string>();
  const tensors: Tensor[] = [];
  const conversions: Conversion[] = [];
  for (const [value, data] of graph.constants) {
    const name = names.get(value)!;
    if (!used.has(value) || written.has(name)) continue;
    written.add(name);
    const isWeight = weights !== "float32" && graph.names.has(value) && value.dtype === "float32" && isCompactable(value.stored);
    if (isWeight) {
      const compact = compactWeight(name, data, value.stored, weights);
      tensors.push(...compact.tensors);
      conversions.push(...compact.conversions);
    } else tensors.push({ name, dims: value.stored, dataType: onnxType[value.dtype], rawData: encodeElements(value.dtype, data) });
  }
  return { tensors, conversions };
}

/** The numbers of a constant as ONNX stores them. */
export function encodeElements(dtype: GraphType, data: Elements): Uint8Array {
  if (dtype === "int64") return bytesOf(BigInt64Array.from(Array.from(data, (x) => BigInt(x))));
  if (dtype === "float32") return bytesOf(data instanceof Float32Array ? data : Float32Array.from(data));
  if (dtype === "int32") return bytesOf(data instanceof Int32Array ? data : Int32Array.from(data));
  return Uint8Array.from(data, (x) => (x ? 1 : 0));
}
