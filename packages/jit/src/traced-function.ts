import type { MapTree, NdArray, Tree, WeightType } from "@ltad/core";
import type { RuntimeOptions, TensorSpecs } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";
import type { TensorFor } from "./spec.js";

/** Named tensors. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A tensor for each input, of the rank that its spec has. */
export type TensorsFor<In extends TensorSpecs> = { readonly [Name in keyof In]: TensorFor<In[Name]> };

/** The same tree with tensors in place of arrays: what a traced function receives for parameters and constants. */
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

/** The same function: its caller sees to it that it receives what its types say. */
export function untyped<In extends TensorSpecs, C extends Tree<NdArray>, Out extends Tensors>(fn: TracedFunction<In, C, Out>): AnyFunction;
export function untyped(fn: AnyFunction): AnyFunction {
  return fn;
}

export interface TraceOptions<C extends Tree<NdArray> = Tree<NdArray>> {
  /**
   * A tree of arrays that the function receives, as tensors, after its inputs. In the graph they are initialisers named by their paths:
   * `{ model: { bias } }` is "model.bias".
   */
  readonly constants?: C;
}

export interface ExportOptions<C extends Tree<NdArray> = Tree<NdArray>> extends TraceOptions<C> {
  /**
   * How matrices of 4,096 elements and more among the constants are stored; the computation stays in float32. "float16" halves the file.
   * "int8" quarters it: whole numbers from -127 to 127 with a scale for each channel. Default "float32".
   */
  readonly weights?: WeightType;
}

export interface JitOptions extends RuntimeOptions {
  /** "onnx" (default): ONNX Runtime; "tensorflow": the function itself, eagerly, on the current backend of TF.js. */
  readonly engine?: "onnx" | "tensorflow";
  /**
   * Checks every tensor: when a result is NaN or infinite, the run fails with `LTAD_NOT_FINITE` and names the operation that produced the first
   * one, with the line of your code. It is slow, for finding faults.
   */
  readonly check?: boolean;
}
