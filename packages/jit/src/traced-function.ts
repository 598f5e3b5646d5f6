import type { MapTree, NdArray, Tree, WeightType } from "@ltad/core";
import type { RuntimeOptions, TensorSpecs } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";
import type { TensorFor } from "./spec.js";

/** Named tensors. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A tensor for each input, with the rank of its spec. */
export type TensorsFor<In extends TensorSpecs> = { readonly [Name in keyof In]: TensorFor<In[Name]> };

/** A tree with tensors in place of arrays, which a traced function receives for parameters and constants. */
export type TensorsOf<P> = MapTree<P, NdArray, tf.Tensor>;

declare const none: unique symbol;

/** A tree without arrays: the constants of a function that has none. */
export type NoArrays = { readonly [none]?: never };

/** A pure function over tensors. Random numbers are inputs, and it may not read values. */
export type TracedFunction<In extends TensorSpecs = TensorSpecs, C extends Tree<NdArray> = NoArrays, Out extends Tensors = Tensors> = (
  inputs: TensorsFor<In>,
  constants: TensorsOf<C>,
) => Out;

/** A traced function without its types, as this package calls it. */
export type AnyFunction = (inputs: Tensors, constants: Tree<tf.Tensor>) => Tensors;

/** The same function without its types; its caller must pass what they require. */
export function untyped<In extends TensorSpecs, C extends Tree<NdArray>, Out extends Tensors>(fn: TracedFunction<In, C, Out>): AnyFunction;
export function untyped(fn: AnyFunction): AnyFunction {
  return fn;
}

/** Options of tracing. */
export interface TraceOptions<C extends Tree<NdArray> = Tree<NdArray>> {
  /**
   * A tree of arrays that the function receives, as tensors, after its inputs. In the graph they are initialisers with the names of their paths:
   * `{ model: { bias } }` becomes "model.bias".
   */
  readonly constants?: C;
}

/** Options of exporting a file. */
export interface ExportOptions<C extends Tree<NdArray> = Tree<NdArray>> extends TraceOptions<C> {
  /**
   * How constant matrices with 4,096 elements or more are stored; the computation stays in float32. "float16" halves the file, and "int8", whole numbers
   * from -127 to 127 with a scale for each channel, quarters it. The default is "float32".
   */
  readonly weights?: WeightType;
}

/** How a compiled function runs. */
export interface JitOptions extends RuntimeOptions {
  /** "onnx", the default, runs on ONNX Runtime; "tensorflow" calls the function itself on the current backend of TF.js. */
  readonly engine?: "onnx" | "tensorflow";
  /**
   * Checks every tensor. When a result is NaN or infinite, the run fails with `LTAD_NOT_FINITE` and names the operation that produced the first one and
   * the line of your code. This is slow, and meant for debugging; false by default.
   */
  readonly check?: boolean;
}
