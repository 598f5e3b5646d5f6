import type { NdArrays, WeightType } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import type { TensorSpecs } from "@ltad/runtime";

/** Named tensors: what a traced function takes and gives. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What a traced function gets: a tensor for each of its inputs and constants. */
export type TensorsFor<In, C> = { readonly [Name in (keyof In | keyof C) & string]: tf.Tensor };

/** A pure function over tensors; randomness is an input, numbers may not be read in it. */
export type TracedFunction<In = TensorSpecs, C = NdArrays> = (inputs: TensorsFor<In, C>) => Tensors;

export interface TraceOptions<C extends NdArrays | undefined = NdArrays> {
  /** Arrays that become named initialisers of the graph and reach fn beside its inputs, under their names. */
  readonly constants?: C;
}

export interface ExportOptions<C extends NdArrays | undefined = NdArrays> extends TraceOptions<C> {
  /**
   * How matrices among the constants, of 4,096 elements and more, are stored; the computation stays in float32. "float16" halves the file.
   * "int8" quarters it: whole numbers from -127 to 127 with a scale for each channel. Default "float32".
   */
  readonly weights?: WeightType;
}
