import { floats, int32 } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import type { TrainingSet } from "../run/training-set.js";

const most = 100; // images that are scored

/**
 * The map values between which heat maps are drawn, from training normals alone: from their 99th percentile (clear below it) to six
 * times as far above their median as the 99.9th lies (maps are squared distances: about two and a half times as far in distance).
 * @param head the scoring graph
 */
export async function fitDisplayRange(set: TrainingSet, head: Uint8Array): Promise<{ low: number; high: number }> {
  const values = await mapValues(set, head);
  values.sort((a, b) => a - b);
  const quantile = (q: number) => values[Math.min(values.length - 1, Math.floor(q * values.length))]!;
  const [median, low, top] = [quantile(0.5), quantile(0.99), quantile(0.999)];
  return { low, high: Math.max(low + 1e-3, median + 6 * (top - median)) };
}

/** The maps of images from everywhere in the set. */
async function mapValues({ labels, store }: TrainingSet, head: Uint8Array): Promise<number[]> {
  const values: number[] = [];
  const stride = Math.max(1, Math.ceil(labels.length / most));
  const program = await openProgram(head);
  try {
    for (let index = 0; index < labels.length; index += stride) {
      const { map } = await program.run({ ...(await store.read(index)), class: int32([1], [labels[index]!]) });
      for (const value of floats(map, "map")) values.push(value);
    }
  } finally {
    await program.dispose();
  }
  return values;
}
