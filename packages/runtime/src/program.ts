import type { DType, NdArray, NdArrays } from "@ltad/core";

/** Type and shape of one input; null: a free batch size, on the first axis only. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

export type TensorSpecs = Readonly<Record<string, TensorSpec>>;

export interface RuntimeOptions {
  /** "onnx" (default): ONNX Runtime; "tensorflow": the function itself, eagerly, on the current TF.js backend. */
  readonly engine?: "onnx" | "tensorflow";
  /** Threads of one run; left to the runtime by default (one per core). */
  readonly threads?: number;
  /**
   * Threads that wait spin instead of sleeping: true, as long as the runtime likes, which helps on an idle machine and costs up to 3 times on
   * a shared one; false, never. Left out: for 50 microseconds, about the gap between two nodes, which has the gain without the cost.
   */
  readonly spinning?: boolean;
  /**
   * Looks at every tensor: when a result is NaN or infinite, the run fails with `LTAD_NOT_FINITE` and names the operation that made the
   * first one, with the line of the caller's code. Slow, for finding faults; not with a finished .onnx file.
   */
  readonly check?: boolean;
  /**
   * Execution providers of ONNX Runtime in order of preference: "cpu", "cuda", "webgpu", "coreml", "dml", "tensorrt". Default ["cpu"].
   * Only what stands in the list runs: ["cuda"] fails where CUDA is not to be had or cannot do a node, ["cuda", "cpu"] falls back.
   */
  readonly providers?: readonly string[];
}

/** A compiled function. */
export interface Program {
  readonly inputs: TensorSpecs;
  readonly outputs: readonly string[];
  /** What it runs on: execution providers of ONNX Runtime, or the backend of TF.js. */
  readonly providers: readonly string[];
  /** @throws LtadError `LTAD_SHAPE` when an input is missing, unknown, or has another type or shape */
  run(inputs: NdArrays): Promise<Record<string, NdArray>>;
  /** Frees the session; the program cannot run afterwards. */
  dispose(): Promise<void>;
}
