import type { NdArrays } from "@ltad/core/browser";

/** A graph, what went into its first run in Node, and what came out. */
export interface RecordedProgram {
  /** The file that opened it, or the name in the conformance list. */
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: NdArrays;
  readonly outputs: NdArrays;
}

/** An array in a file of numbers that lie one after the other. */
export interface StoredArray {
  readonly name: string;
  readonly dtype: "float32" | "int32" | "bool";
  readonly shape: readonly number[];
  readonly begin: number;
  readonly bytes: number;
}

export interface Stored {
  readonly inputs: readonly StoredArray[];
  readonly outputs: readonly StoredArray[];
}

export interface Outcome {
  /** Largest difference from Node, in shares of an output's largest number, of the output that is nearest to its tolerance or farthest beyond it. */
  readonly worst: number;
  /** The output that it is of. */
  readonly worstOutput: string;
  /** Of the first run, which compiles shaders, and of the one in the middle of the next three; of the first alone where that took seconds. */
  readonly firstMs: number;
  readonly ms: number;
  /** Operators by the provider that ONNX Runtime gave them to, each with its number of nodes. */
  readonly placed: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type Provider = "wasm" | "webgpu";

/**
 * What an output may differ by, in shares of its largest number. The state after a training step may differ by more, because AdamW and ReLU turn the rounding
 * errors of numbers near 0 into signs.
 */
export const toleranceOf = (output: string): number => (output.startsWith("next.") ? 1e-2 : 1e-3);

/** Largest difference of two arrays, in shares of the largest number; NaN and infinity must be in the same places. */
export function drift(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let [largest, worst] = [1e-12, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(found[i]), Number(expected[i])];
    if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(b));
    if (Object.is(a, b) || a === b) continue;
    worst = Math.max(worst, Number.isFinite(a - b) ? Math.abs(a - b) : Infinity);
  }
  return worst / largest;
}
