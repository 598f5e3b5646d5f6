import { changed } from "./codec.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, ValueInfo } from "./messages.js";

type Rename = (name: string) => string;

/** Renames every value of a graph. "" means that there is no value, and stays. */
export function renamedGraph(graph: OnnxGraph, rename: Rename): OnnxGraph {
  const value = (info: ValueInfo) => changed(info, { name: renamed(info.name, rename) });
  return changed(graph, {
    ...listed("node", graph.node, (node) => renamedNode(node, rename)),
    ...listed("initializer", graph.initializer, (tensor) => renamedTensor(tensor, rename)),
    ...listed("sparseInitializer", graph.sparseInitializer, (sparse) =>
      changed(sparse, { ...(sparse.values && { values: renamedTensor(sparse.values, rename) }) }),
    ),
    ...listed("input", graph.input, value),
    ...listed("output", graph.output, value),
    ...listed("valueInfo", graph.valueInfo, value),
    ...listed("quantizationAnnotation", graph.quantizationAnnotation, (annotation) =>
      changed(annotation, {
        tensorName: renamed(annotation.tensorName, rename),
        ...listed("quantParameterTensorNames", annotation.quantParameterTensorNames, (entry) =>
          changed(entry, { value: renamed(entry.value, rename) }),
        ),
      }),
    ),
  });
}

/** A field with each of its values changed, or no field if there are no values. */
function listed<K extends string, T>(key: K, values: readonly T[] | undefined, change: (value: T) => T): { [P in K]?: T[] } {
  return values && values.length > 0 ? ({ [key]: values.map(change) } as { [P in K]: T[] }) : {};
}

const renamed = (name: string | undefined, rename: Rename) => (name ? rename(name) : "");

const renamedTensor = (tensor: OnnxTensor, rename: Rename) => changed(tensor, { name: renamed(tensor.name, rename) });

function renamedNode(node: OnnxNode, rename: Rename): OnnxNode {
  const names = (name: string) => renamed(name, rename);
  const attributes = (node.attribute ?? []).filter((attribute) => node.opType !== "AveragePool" || !isDefaultDilation(attribute));
  return changed(node, {
    ...listed("input", node.input, names),
    ...listed("output", node.output, names),
    ...(node.attribute && { attribute: attributes.map((attribute) => renamedAttribute(attribute, rename)) }),
  });
}

/** AveragePool has dilations since operator set 19; a dilation of 1 is what older sets compute. */
function isDefaultDilation({ name, ints = [] }: OnnxAttribute): boolean {
  return name === "dilations" && ints.every((value) => value === 1);
}

/** Renames the values in the subgraphs of an attribute (If, Loop), which refer to outer values by name. */
function renamedAttribute(attribute: OnnxAttribute, rename: Rename): OnnxAttribute {
  if (!attribute.g && !attribute.graphs?.length) return attribute;
  return changed(attribute, {
    ...(attribute.g && { g: renamedGraph(attribute.g, rename) }),
    ...listed("graphs", attribute.graphs, (graph) => renamedGraph(graph, rename)),
  });
}
