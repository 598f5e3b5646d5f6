import type { Graph, Value } from "../graph/graph.js";

/** How one TF.js kernel is written in ONNX. */
export interface Kernel {
  /** Takes values as they are stored; other kernels get them at their full shape. */
  readonly lazy: boolean;
  emit(graph: Graph, inputs: Readonly<Record<string, Value>>, attributes: object): Value | readonly Value[];
}

export type Kernels = Readonly<Record<string, Kernel>>;

type Emit<In extends string, A> = (g: Graph, inputs: Readonly<Record<In, Value>>, attributes: A) => Value | readonly Value[];

/** A row: input names and attributes as in TF.js's kernel_names. */
export function kernel<In extends string, A = object>(emit: Emit<In, A>): Kernel {
  return { lazy: false, emit: emit as Kernel["emit"] };
}

/** A row whose nodes broadcast, so that its operands may be smaller than their shapes. */
export function lazyKernel<In extends string, A = object>(emit: Emit<In, A>): Kernel {
  return { lazy: true, emit: emit as Kernel["emit"] };
}

/** Inputs of kernels that take a list. */
export function listed(inputs: Readonly<Record<string, Value>>): Value[] {
  return Object.keys(inputs)
    .filter((key) => /^\d+$/.test(key))
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => inputs[key]!);
}
