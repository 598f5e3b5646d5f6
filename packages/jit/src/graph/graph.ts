import type { DType } from "@ltad/core";
import { broadcast, sameShape, sizeOf } from "./shape.js";

/** Types in a graph: those of TF.js, and ONNX's type for shapes and axes. */
export type GraphType = DType | "int64";

/**
 * An edge of the graph. TF.js sees `shape`; the ONNX tensor may be smaller (`stored`) and broadcasts to it, so that `ones([8, 196, 256])` is one
 * number and `mul(dy, ones)` copies nothing.
 */
export interface Value {
  readonly dtype: GraphType;
  readonly shape: readonly number[];
  readonly stored: readonly number[];
}

export type Attribute = string | number | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** Elements of an initialiser, int64 as whole numbers. */
export type Elements = ArrayLike<number>;

/** An ONNX graph under construction. Operations append nodes and return values; nothing is computed. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Value>();
  readonly constants = new Map<Value, Elements>();
  /** Initialisers that keep the name the caller gave them. */
  readonly names = new Map<Value, string>();
  /** @param hasFreeBatch true if the graph is traced at several batch sizes, which must give the same nodes, so no choice may depend on a size */
  constructor(readonly hasFreeBatch = false) {}
  private readonly producers = new Map<Value, Node>();
  private readonly expanded = new Map<Value, Value>();

  input(name: string, dtype: DType, shape: readonly number[]): Value {
    const value = { dtype, shape, stored: shape };
    this.inputs.set(name, value);
    return value;
  }

  /** An initialiser; a uniform array is kept as one number. */
  constant(dtype: GraphType, shape: readonly number[], data: Elements, name?: string): Value {
    const uniform = name === undefined && dtype !== "int64" && isUniform(data);
    const value: Value = { dtype, shape, stored: uniform ? [] : shape };
    this.constants.set(value, uniform ? new (data.constructor as Float32ArrayConstructor)([data[0]!]) : data);
    if (name !== undefined) this.names.set(value, name);
    return value;
  }

  /** A one-dimensional int64 constant: shapes, axes, begins, repeats. */
  ints(values: readonly number[]): Value {
    return this.constant("int64", [values.length], values);
  }

  /** A scalar of this type. */
  number(dtype: GraphType, value: number): Value {
    const data = dtype === "float32" ? Float32Array.of(value) : dtype === "bool" ? Uint8Array.of(value) : Int32Array.of(value);
    return this.constant(dtype, [], data);
  }

  /** Appends a node with one output. */
  add(op: string, inputs: readonly (Value | undefined)[], shape: readonly number[], options: NodeOptions = {}): Value {
    const dtype = options.dtype ?? inputs[0]?.dtype ?? "float32";
    return this.addMany(op, inputs, [{ dtype, shape, stored: options.stored ?? shape }], options.attributes)[0]!;
  }

  /** Appends a node with several outputs. */
  addMany(op: string, inputs: readonly (Value | undefined)[], outputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
    const node = { op, inputs, outputs: outputs.map((o) => ({ ...o })), attributes };
    this.nodes.push(node);
    for (const output of node.outputs) this.producers.set(output, node);
    return node.outputs;
  }

  /** A node that works element by element and broadcasts: it stays as small as its operands. */
  elementwise(op: string, operands: readonly Value[], options: Omit<NodeOptions, "stored"> = {}): Value {
    const shape = operands.map((o) => o.shape).reduce(broadcast);
    const stored = operands.map((o) => o.stored).reduce(broadcast);
    return this.add(op, operands, shape, { ...options, stored });
  }

  /** The value with its whole shape in memory. */
  full(value: Value): Value {
    if (sameShape(value.shape, value.stored)) return value;
    const known = this.expanded.get(value);
    if (known) return known;
    const shape = this.ints(value.shape);
    const expand = sizeOf(value.stored) === 1 && sizeOf(value.shape) === 1 ? "Reshape" : "Expand";
    const full = this.add(expand, [value, shape], value.shape);
    this.expanded.set(value, full);
    return full;
  }

  /** The node that produced a value; undefined for inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.producers.get(value);
  }
}

export interface NodeOptions {
  /** The type of the output; that of the first operand if left out. */
  readonly dtype?: GraphType;
  readonly stored?: readonly number[];
  readonly attributes?: Attributes;
}

function isUniform(data: Elements): boolean {
  if (data.length === 0) return false;
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], data[0])) return false;
  return true;
}
