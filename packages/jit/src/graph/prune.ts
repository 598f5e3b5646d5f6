import type { Graph, Node, Value } from "./graph.js";

/** The nodes that the outputs need, in their order. Differentiation leaves many that are not used. */
export function liveNodes(graph: Graph, outputs: readonly Value[]): Node[] {
  const needed = new Set<Value | undefined>(outputs);
  const live: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((o) => needed.has(o))) continue;
    for (const input of node.inputs) needed.add(input);
    live.push(node);
  }
  return live.reverse();
}
