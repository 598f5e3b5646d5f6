import type { NdArray, NdArrays, Tree } from "@ltad/core";
import type { InputsOf, TensorSpecs } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";
import type { JitOptions, NoArrays, Tensors, TensorsFor, TensorsOf } from "../traced-function.js";
import type { OptimiserOptions } from "./optimiser.js";

/** What a loss function returns: the loss, and further scalars to report. */
export type Losses = Tensors & { readonly loss: tf.Scalar };

/** A learning rate, or a function of the step, which counts from 0 and is restored with the state. */
export type LearningRate = number | ((step: number) => number);

/** Options of a single step. */
export interface StepOptions {
  /** The learning rate of this call, which replaces the option of {@link trainStep}. */
  readonly learningRate: LearningRate;
}

/** What is trained, on which inputs, and how. */
export interface TrainStepOptions<
  P extends Tree<NdArray>,
  In extends TensorSpecs = TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
  B extends Tree<NdArray> = NoArrays,
> extends JitOptions {
  /** The initial parameters, float32, which are copied. */
  readonly params: P;
  readonly inputs: In;
  /** A tree of frozen arrays, which become initialisers of the graph with the names of their paths. */
  readonly constants?: C;
  /** A tree of arrays that change from step to step without a gradient, such as the running statistics of batch norm. They are copied. */
  readonly buffers?: B;
  /**
   * The loss, a traced function of the parameters, the inputs of one step, the constants and the buffers. With buffers it returns
   * `[losses, next buffers]`, where every buffer keeps its type and shape.
   */
  loss(params: TensorsOf<P>, batch: TensorsFor<In>, constants: TensorsOf<C>, buffers: TensorsOf<B>): M | readonly [M, TensorsOf<B>];
  /** The optimiser; AdamW by default. */
  readonly optimiser?: OptimiserOptions;
  /** The names of parameters, or of branches of them, that are not trained, such as "head.bias" or "encoder". */
  readonly freeze?: readonly string[];
  /** The learning rate of every step, or a function of the step such as `cosineSchedule`. The option of a single step takes precedence. */
  readonly learningRate?: LearningRate;
  /** Enables `accumulate`, for batches that are too large for the memory; false by default. */
  readonly accumulate?: boolean;
}

/** The numbers of one step: the scalars that the loss returned, and the norm of the gradient before clipping. */
export type StepNumbers<M> = { readonly [Name in keyof (M & { gradient_norm: tf.Scalar })]: number };

/** A compiled training step with its state. */
export interface TrainProgram<
  P extends Tree<NdArray>,
  In extends TensorSpecs = TensorSpecs,
  M extends Losses = Losses,
  B extends Tree<NdArray> = NoArrays,
> {
  /**
   * Updates the parameters.
   * @returns the loss before the update, the other scalars of the loss function, and `gradient_norm` before clipping
   * @throws LtadError `LTAD_SHAPE` for a batch that does not fit, `LTAD_CONFIG` without a learning rate, `LTAD_NOT_FINITE` with the option `check`
   */
  step(batch: InputsOf<In>, at?: StepOptions): Promise<StepNumbers<M>>;
  /**
   * Takes a step for each batch in a single run of ONNX Runtime. The numbers are the same, bit for bit, as those of `step` called for one batch after the
   * other. The loss function is traced again at the first call.
   * @param batches an array without holes, of batches of the same shapes
   * @throws LtadError as `step`, naming the batch that does not fit, before anything is computed
   */
  steps(batches: readonly InputsOf<In>[], at?: StepOptions): Promise<StepNumbers<M>[]>;
  /**
   * Adds the gradients of a batch to those of the next step, which uses the mean of all. The parameters do not change.
   * @returns the scalars of the loss function
   * @throws LtadError `LTAD_CONFIG` without the option `accumulate`
   */
  accumulate(batch: InputsOf<In>): Promise<{ readonly [Name in keyof M]: number }>;
  /** A copy of the current parameters, including the frozen ones. */
  params(): P;
  /** A copy of the current buffers. */
  buffers(): B;
  /** A copy of everything a checkpoint needs: `params.*`, the moments `m.*` and `v.*` as sums (Adam's divided by 1 - beta), `buffers.*` and `step`. */
  state(): Record<string, NdArray>;
  /**
   * Continues from a state, at once. Await the calls of `step`, `steps` and `accumulate` first, because they replace a part of the state when they end.
   * @throws LtadError `LTAD_SHAPE` when it belongs to other parameters, `LTAD_CONFIG` while a call is running or waits for its turn
   */
  restore(state: NdArrays): void;
  /** Writes `state()` to a safetensors file, completely or not at all. @throws LtadError `LTAD_WRITE` when it cannot be written */
  save(path: string): Promise<void>;
  /**
   * Continues where `save` was called. It waits for the calls that were made before.
   * @throws LtadError `LTAD_WEIGHTS` for a damaged file, `LTAD_SHAPE` when it belongs to other parameters
   */
  load(path: string): Promise<void>;
  dispose(): Promise<void>;
}
