import { cosineSchedule } from "@ltad/jit";
import type { TrainConfig } from "../config/config-schema.js";

/** Learning rate of a step of phase 2. */
export function detectRate({ learningRate: base, warmup, steps, schedule }: TrainConfig["detect"]): (step: number) => number {
  if (schedule === "cosine") return (step) => cosineSchedule(step, { base, warmup, total: steps });
  const warm = (step: number) => Math.min(1, (step + 1) / Math.max(1, warmup));
  return (step) => base * warm(step) * (step < 0.8 * steps ? 1 : 0.1); // UniAD: a tenth from epoch 800 of 1000
}
