import type { DType, NdArray } from "@ltad/core/browser";

/** The type and shape of one input. Null is a free batch size, which is allowed on the first axis only. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

export type TensorSpecs = Readonly<Record<string, TensorSpec>>;

/** One array for each input. */
export type InputsOf<In> = { readonly [Name in keyof In]: NdArray };

/** How ONNX Runtime executes a graph. */
export interface RuntimeOptions {
  /** The number of threads of one run. By default the runtime uses one per core. */
  readonly threads?: number;
  /**
   * Whether waiting threads spin instead of sleeping. With true they spin for as long as the runtime decides, which helps on an idle machine and can take
   * 3 times as long on a shared one; with false they never spin. By default they spin for 50 microseconds, about the gap between two nodes, which has
   * the advantage of both.
   */
  readonly spinning?: boolean;
  /**
   * The execution providers of ONNX Runtime in order of preference: "cpu", "cuda", "webgpu", "coreml", "dml", "tensorrt". The default is ["cpu"].
   * Only the providers in the list are used: ["cuda"] fails if CUDA is missing or cannot run a node, and ["cuda", "cpu"] falls back to the CPU.
   */
  readonly providers?: readonly string[];
}

/** A compiled function. `In` describes its inputs and `Out` names its outputs, if they are known at compile time. */
export interface Program<In extends TensorSpecs = TensorSpecs, Out extends string = string> {
  readonly inputs: In;
  readonly outputs: readonly Out[];
  /** The execution providers of ONNX Runtime in use, or the backend of TF.js. */
  readonly providers: readonly string[];
  /** Computes the outputs. @throws LtadError `LTAD_SHAPE` when an input is missing, unknown, or has another type or shape */
  run(inputs: InputsOf<In>): Promise<Record<Out, NdArray>>;
  /** Frees the session; the program cannot run afterwards. */
  dispose(): Promise<void>;
}
