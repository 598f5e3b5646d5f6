import { LtadError, sha256, type WeightType } from "@ltad/core";
import { type ModelMessage, onnxType } from "@ltad/onnx";
import type { Attribute, Elements, Graph, Node, Value } from "./graph.js";
import { encodeElements, encodeInitialisers } from "./initialisers.js";

/**
 * Opset 19 has every operator the rows use (LayerNormalization since 17, reductions with axes as input since 18); all gradient
 * compositions were proved with it. IR version 9 is the one that ONNX published with it.
 */
export const opset = 19;
const irVersion = 9;

/** A graph with the names it will have in the file. Dimensions are numbers or names. */
export interface NamedGraph {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** The shape that the file states for an input or an output. */
  readonly dims: (value: Value) => readonly (number | string)[];
}

/** A model before it becomes a file, with its nodes, inputs and outputs as fields of GraphProto. */
export interface GraphMessage extends ModelMessage {
  readonly graph: ModelMessage["graph"] & Readonly<Record<"node", readonly object[]> & Record<"input" | "output", readonly TensorInfo[]>>;
}

/** A tensor that goes into a graph or comes out of it: fields of ValueInfoProto. */
export interface TensorInfo {
  readonly name: string;
  readonly type: { readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly object[] } } };
}

/** Turns a graph into a model. */
export function modelMessage({ graph, nodes, outputs, dims }: NamedGraph, weights: WeightType = "float32"): GraphMessage {
  const names = nameValues(graph, nodes, outputs);
  const nameOf = (value: Value | undefined) => (value ? names.get(value)! : "");
  const info = (name: string, value: Value): TensorInfo => ({
    name,
    type: { tensorType: { elemType: onnxType[value.dtype], shape: { dim: dims(value).map(encodeDim) } } },
  });
  const aliases = Object.entries(outputs).filter(([name, value]) => names.get(value) !== name);
  const { tensors, conversions } = encodeInitialisers(graph, nodes, outputs, names, weights);
  const message = {
    irVersion,
    producerName: "@ltad/jit",
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      name: "traced",
      node: [
        ...conversions,
        ...nodes.map((n) => ({
          input: n.inputs.map(nameOf),
          output: n.outputs.map(nameOf),
          opType: n.op,
          attribute: Object.entries(n.attributes).map(([name, value]) => encodeAttribute(name, value)),
        })),
        ...aliases.map(([name, value]) => ({ input: [nameOf(value)], output: [name], opType: "Identity", attribute: [] })),
      ],
      initializer: tensors,
      input: [...graph.inputs].map(([name, value]) => info(name, value)),
      output: Object.entries(outputs).map(([name, value]) => info(name, value)),
    },
  };
  return message;
}

/** Names the values: inputs and outputs have the caller's names, equal constants share one name, and the others are numbered. */
function nameValues(graph: Graph, nodes: readonly Node[], outputs: Readonly<Record<string, Value>>): Map<Value, string> {
  const names = new Map<Value, string>();
  const taken = new Set<string>();
  const give = (value: Value, name: string) => {
    if (names.has(value)) return;
    names.set(value, name);
    taken.add(name);
  };
  for (const [name, value] of graph.inputs) give(value, name);
  for (const [value, name] of graph.names) give(value, name);
  for (const name of Object.keys(outputs)) {
    if (taken.has(name)) throw new LtadError("LTAD_TRACE", `${name}: an output must not have the name of an input or constant. Rename it.`);
  }
  const made = new Set(nodes.flatMap((n) => n.outputs));
  for (const [name, value] of Object.entries(outputs)) if (made.has(value)) give(value, name);
  let next = 0;
  const fresh = () => {
    let name = `v${next++}`;
    while (taken.has(name) || name in outputs) name = `v${next++}`;
    return name;
  };
  const known = new Map<string, string>();
  for (const [value, data] of graph.constants) {
    if (names.has(value)) continue;
    const key = contentKey(value, data);
    const name = known.get(key) ?? fresh();
    known.set(key, name);
    names.set(value, name);
  }
  for (const value of made) give(value, names.get(value) ?? fresh());
  return names;
}

/** Equal for equal constants of one type and shape. */
function contentKey(value: Value, data: Elements): string {
  return `${value.dtype}[${value.stored.join(",")}]${sha256(encodeElements(value.dtype, data))}`;
}

const encodeDim = (dim: number | string) => (typeof dim === "number" ? { dimValue: dim } : { dimParam: dim });

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7 */
function encodeAttribute(name: string, value: Attribute) {
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: 2, i: value };
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}
