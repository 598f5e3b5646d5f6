import type { RuntimeOptions } from "./program.js";

export interface SessionOptions extends RuntimeOptions {
  /** True for a training step, in which no weight is constant and memory is scarce. */
  readonly training?: boolean;
}

/** Fusions of ONNX Runtime 1.30 that make the CPU slower: its SkipLayerNormalization takes two and a half times as long as the two nodes it replaces. */
const slowFusions = ["SkipLayerNormFusion"];
/** Joining a product and its bias into one Gemm helps if the weight is constant and packed once; in training two separate nodes are 2 % faster. */
const slowInTraining = ["MatMulAddFusion", "GemmTransposeFusion"];

/** How long a thread without work spins before it sleeps, in microseconds. It is about the gap between two nodes. */
const shortly = 50;

/** The settings that were fastest in bench/step. */
export function settingsFor({ threads, spinning, training = false }: SessionOptions, onCpu: boolean) {
  const spins =
    spinning === undefined ? { allow_spinning: "1", spin_duration_us: String(shortly) } : { allow_spinning: spinning ? "1" : "0" };
  const without = onCpu ? [...slowFusions, ...(training ? slowInTraining : [])] : [];
  return {
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    enableMemPattern: !training, // planning a run as one block takes half as much memory again and is no faster
    intra_op: spins,
    optimization: { disable_specified_optimizers: without.join(";") },
  };
}
