import { LtadError } from "@ltad/core";
import type { Elements, Graph, Node, Value } from "./graph.js";
import { onnxType } from "@ltad/onnx";
import type { Shape } from "./shape.js";

// A graph with a free batch size B is found by tracing the same function with three sizes and comparing: whatever differs between
// the three graphs (shapes, ends of slices, 1/B of a mean) must follow a rule in B, and is then computed in the graph from the
// shape of an input. Nothing has to be known about how a kernel uses its sizes.

/**
 * The batch sizes to trace with. They are unlikely to equal another dimension by chance, and are not 1, which broadcasts. They are far apart, and both
 * odd and even, so that a limit such as min(32, B) or a remainder follows no rule.
 */
export const probes = [11, 26, 67] as const;

/** The result of one trace. */
export interface Traced {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  readonly outputs: Readonly<Record<string, Value>>;
}

/** A graph that works for every batch size, and the shapes that its file states, with the name "batch" in place of B. */
export interface FreeGraph extends Traced {
  readonly dims: (value: Value) => readonly (number | string)[];
}

/**
 * Joins the traces of one function at the batch sizes {@link probes} into one graph.
 * @throws LtadError `LTAD_TRACE` when the function depends on the batch size in a way that follows no rule
 */
export function joinProbes(traces: readonly [Traced, Traced, Traced]): FreeGraph {
  const [first, second, third] = traces;
  const others = [second, third];
  if (others.some((t) => t.nodes.length !== first.nodes.length))
    throw cannot(`the number of operations depends on it (${traces.map((t) => t.nodes.length).join(", ")})`);
  const same = new Map<Value, readonly [Value, Value, Value]>();
  const pair = (values: readonly (Value | undefined)[]) => {
    if (values.every((v) => v !== undefined)) same.set(values[0]!, values as [Value, Value, Value]);
  };
  first.nodes.forEach((node, i) => {
    const rest = others.map((t) => t.nodes[i]!);
    checkSameNode(node, rest);
    node.inputs.forEach((v, k) => pair([v, ...rest.map((n) => n.inputs[k])]));
    node.outputs.forEach((v, k) => pair([v, ...rest.map((n) => n.outputs[k])]));
  });
  for (const [name, value] of Object.entries(first.outputs)) pair([value, ...others.map((t) => t.outputs[name])]);
  for (const [name, value] of first.graph.inputs) pair([value, ...others.map((t) => t.graph.inputs.get(name))]);
  return { ...first, nodes: withRules(traces, same), dims: (value) => namedDims(same.get(value)?.map((v) => v.stored) ?? [value.stored]) };
}

function checkSameNode(node: Node, others: readonly Node[]) {
  for (const other of others) {
    if (node.op !== other.op || node.inputs.length !== other.inputs.length || node.outputs.length !== other.outputs.length)
      throw cannot(`an operation changes with it (${node.op}, ${other.op})`);
    if (JSON.stringify(node.attributes) !== JSON.stringify(other.attributes))
      throw cannot(`${node.op} gets a different attribute for another size`);
  }
}

/** The nodes of the first trace, in which every constant that differs between the traces is computed from B. */
function withRules(traces: readonly [Traced, Traced, Traced], same: ReadonlyMap<Value, readonly [Value, Value, Value]>): Node[] {
  const [first] = traces;
  const { graph } = first;
  const start = graph.nodes.length;
  let batch: Value | undefined;
  const batchSize = () => (batch ??= addBatchSize(graph, same));
  const replaced = new Map<Value, Value>();
  const rule = (value: Value | undefined, op: string): Value | undefined => {
    const data = value && graph.constants.get(value);
    if (!value || !data) return value;
    const known = replaced.get(value);
    if (known) return known;
    const all = same.get(value) ?? [value, value, value];
    const elements = traces.map((t, k) => t.graph.constants.get(all[k]!) ?? data);
    const next = ruleFor(graph, all, elements as [Elements, Elements, Elements], batchSize, op);
    replaced.set(value, next);
    return next;
  };
  const nodes = first.nodes.map((node) => ({ ...node, inputs: node.inputs.map((v) => rule(v, node.op)) }));
  return [...graph.nodes.slice(start), ...nodes];
}

/** B as int64 [1], from the first input whose first dimension is free. */
function addBatchSize(graph: Graph, same: ReadonlyMap<Value, readonly Value[]>): Value {
  const input = [...graph.inputs.values()].find((v) => same.get(v)?.some((o) => o.shape[0] !== v.shape[0]))!;
  return graph.add("Shape", [input], [1], { dtype: "int64", attributes: { start: 0, end: 1 } });
}

type Three = readonly [Elements, Elements, Elements];

function ruleFor(graph: Graph, values: readonly Value[], data: Three, batch: () => Value, op: string): Value {
  const value = values[0]!;
  if (data.every((d) => sameElements(d, data[0]))) return value;
  if (value.dtype === "int64") return intRule(graph, data, batch, op);
  if (data.some((d) => d.length !== data[0].length)) throw cannot(`${op} uses a constant whose shape depends on it`);
  if (value.stored.length > 0) throw cannot(`${op} uses a constant whose numbers depend on it`);
  return scalarRule(
    graph,
    value,
    data.map((d) => d[0]!),
    batch,
    op,
  );
}

/** slope * B + offset for every element. A Reshape with one unknown dimension leaves it to ONNX. */
function intRule(graph: Graph, data: Three, batch: () => Value, op: string): Value {
  const [first] = data;
  const lines = Array.from(first, (_, i) => line(data.map((d) => d[i]!)));
  if (lines.some((l) => !l || !Number.isInteger(l.slope) || !Number.isInteger(l.offset)))
    throw cannot(`${op} uses sizes that follow no rule`);
  const free = lines.flatMap((l, i) => (l?.slope === 0 ? [] : [i]));
  if (op === "Reshape" && free.length === 1 && !Array.from(first).includes(0))
    return graph.ints(Array.from(first, (n, i) => (i === free[0] ? -1 : n)));
  const slopes = graph.ints(lines.map((l) => l?.slope ?? 0));
  const offsets = graph.ints(lines.map((l) => l?.offset ?? 0));
  const shape = [lines.length];
  return graph.add("Add", [graph.add("Mul", [batch(), slopes], shape), offsets], shape);
}

/** A number that grows with B, or with 1/B. */
function scalarRule(graph: Graph, value: Value, numbers: readonly number[], batch: () => Value, op: string): Value {
  const direct = line(numbers);
  const inverse = direct ?? line(numbers.map((n) => 1 / n));
  if (!inverse) throw cannot(`${op} uses a number that follows no rule (${numbers.join(", ")})`);
  const b = graph.add("Cast", [batch()], [1], { dtype: value.dtype, attributes: { to: onnxType[value.dtype] } });
  const scalar = graph.add("Reshape", [b, graph.ints([])], []);
  const scaled = graph.add("Mul", [scalar, graph.number(value.dtype, inverse.slope)], []);
  const sum = graph.add("Add", [scaled, graph.number(value.dtype, inverse.offset)], []);
  return direct ? sum : graph.add("Reciprocal", [sum], []);
}

/** The line through the values at the probes, if they lie on one (to float32 precision). */
function line(values: readonly number[]): { slope: number; offset: number } | undefined {
  const [x0, x1, x2] = probes;
  const [y0, y1, y2] = values as [number, number, number];
  const slope = (y1 - y0) / (x1 - x0);
  const rounded = Math.abs(slope - Math.round(slope)) < 1e-6 ? Math.round(slope) : slope;
  const offset = y0 - rounded * x0;
  const error = Math.abs(offset + rounded * x2 - y2);
  return error <= 1e-6 * Math.max(1e-30, Math.abs(y2))
    ? { slope: rounded, offset: Math.abs(offset) < 1e-6 * Math.abs(y0) ? 0 : offset }
    : undefined;
}

function namedDims(shapes: readonly Shape[]): (number | string)[] {
  const [first] = shapes as [Shape];
  if (shapes.length === 1) return [...first];
  return first.map((n, i) => {
    const sizes = shapes.map((s) => s[i]!);
    if (sizes.every((s) => s === n)) return n;
    const l = line(sizes);
    if (l?.slope === 1 && l.offset === 0) return "batch";
    return l ? `batch*${l.slope}${l.offset === 0 ? "" : `+${l.offset}`}` : `from_batch_${i}`;
  });
}

function sameElements(a: Elements | undefined, b: Elements): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function cannot(why: string): LtadError {
  return new LtadError(
    "LTAD_TRACE",
    `the batch size cannot be left free: ${why}. Give the first dimension as a number, or rewrite the function so that it does not depend on it.`,
  );
}
