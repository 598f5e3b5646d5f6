import type { DType } from "@ltad/core";
import type { TensorSpec } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";

type Dim = number | null;

/** The type and shape of an input, with its rank in the TypeScript type. */
export interface Spec<Shape extends readonly Dim[] = readonly Dim[]> extends TensorSpec {
  readonly shape: Shape;
}

/** Describes a float32 input. `f32(null, 3)` is a batch of any size with rows of 3 numbers, and `f32()` is a scalar. */
export const f32 = <Shape extends readonly Dim[]>(...shape: Shape): Spec<Shape> => spec("float32", shape);

/** Describes an int32 input; see {@link f32}. */
export const i32 = <Shape extends readonly Dim[]>(...shape: Shape): Spec<Shape> => spec("int32", shape);

/** Describes an input of booleans; see {@link f32}. */
export const bool = <Shape extends readonly Dim[]>(...shape: Shape): Spec<Shape> => spec("bool", shape);

const spec = <Shape extends readonly Dim[]>(dtype: DType, shape: Shape): Spec<Shape> => ({ dtype, shape });

/** The tensor that a traced function receives for a spec; its rank is known if the type of the shape has one. */
export type TensorFor<S extends TensorSpec> = RankedTensor<S["shape"]>;

type RankedTensor<Shape> = Shape extends readonly []
  ? tf.Scalar
  : Shape extends readonly [Dim]
    ? tf.Tensor1D
    : Shape extends readonly [Dim, Dim]
      ? tf.Tensor2D
      : Shape extends readonly [Dim, Dim, Dim]
        ? tf.Tensor3D
        : Shape extends readonly [Dim, Dim, Dim, Dim]
          ? tf.Tensor4D
          : Shape extends readonly [Dim, Dim, Dim, Dim, Dim]
            ? tf.Tensor5D
            : tf.Tensor;
