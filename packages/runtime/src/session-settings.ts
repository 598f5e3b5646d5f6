import type { RuntimeOptions } from "./program.js";

export interface SessionOptions extends RuntimeOptions {
  /** A training step: no weight is constant, and memory counts. */
  readonly training?: boolean;
}

/** What ONNX Runtime 1.30 fuses on the CPU to no good: its SkipLayerNormalization takes two and a half times as long as the two nodes it replaces. */
const slowFusions = ["SkipLayerNormFusion"];
/** A product and its bias as one Gemm pays where the weight is constant and packed once; in training the two alone are 2 % faster. */
const slowInTraining = ["MatMulAddFusion", "GemmTransposeFusion"];

/** How long a thread without work spins before it sleeps, in microseconds: about the gap between two nodes. */
const shortly = 50;

/** Settings that measured best (bench/step). */
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
