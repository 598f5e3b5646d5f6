import type { DType, NdArray } from "@ltad/core/browser";

/** Type and shape of one input; null: a free batch size, on the first axis only. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

export type TensorSpecs = Readonly<Record<string, TensorSpec>>;

/** One array for each input. */
export type InputsOf<In> = { readonly [Name in keyof In]: NdArray };

export interface RuntimeOptions {
  /** Number of threads of one run. By default the runtime decides: one per core. */
  readonly threads?: number;
  /**
   * Whether threads that wait spin instead of sleeping: true, for as long as the runtime likes, which helps on an idle machine and costs up to
   * 3 times the time on a shared one; false, never. By default they spin for 50 microseconds, about the gap between two nodes, which gives the gain
   * without the cost.
   */
  readonly spinning?: boolean;
  /**
   * Execution providers of ONNX Runtime in order of preference: "cpu", "cuda", "webgpu", "coreml", "dml", "tensorrt". Default ["cpu"].
   * Only the providers in the list are used: ["cuda"] fails where CUDA is missing or cannot run a node, ["cuda", "cpu"] falls back.
   */
  readonly providers?: readonly string[];
}

/** A compiled function: `In` describes its inputs, `Out` names its outputs. What a file holds is known at run time only. */
export interface Program<In extends TensorSpecs = TensorSpecs, Out extends string = string> {
  readonly inputs: In;
  readonly outputs: readonly Out[];
  /** What it runs on: execution providers of ONNX Runtime, or the backend of TF.js. */
  readonly providers: readonly string[];
  /** @throws LtadError `LTAD_SHAPE` when an input is missing, unknown, or has another type or shape */
  run(inputs: InputsOf<In>): Promise<Record<Out, NdArray>>;
  /** Frees the session; the program cannot run afterwards. */
  dispose(): Promise<void>;
}
