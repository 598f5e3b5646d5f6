import { float32, floats, int32 } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import { openProgram } from "@ltad/runtime";
import type { TrainingSet } from "../run/training-set.js";

const most = 100; // images looked at

/**
 * Map values between which heat maps are drawn, from training normals alone: from their 99th percentile (clear below it) to six
 * times as far above their median as the 99.9th lies (maps are squared distances: some two and a half times as far in distance).
 */
export async function displayRange(set: TrainingSet, head: Uint8Array, spec: FeatureSpec): Promise<{ low: number; high: number }> {
  const program = await openProgram(head);
  const values: number[] = [];
  const stride = Math.max(1, Math.ceil(set.labels.length / most));
  try {
    for (let index = 0; index < set.labels.length; index += stride) {
      const { features, z } = await set.store.read(index);
      const inputs = {
        features: float32([1, spec.tokens, spec.channels], features),
        z: float32([1, spec.zSize], z),
        class: int32([1], [set.labels[index]!]),
      };
      for (const value of floats((await program.run(inputs))["map"], "map")) values.push(value);
    }
  } finally {
    await program.dispose();
  }
  values.sort((a, b) => a - b);
  const quantile = (q: number) => values[Math.min(values.length - 1, Math.floor(q * values.length))]!;
  const [median, low, top] = [quantile(0.5), quantile(0.99), quantile(0.999)];
  return { low, high: Math.max(low + 1e-3, median + 6 * (top - median)) };
}
