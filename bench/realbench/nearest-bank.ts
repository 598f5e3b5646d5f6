import { createRng, float32, floats } from "@ltad/core";
import type { FeatureStore } from "@ltad/feature-store";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { type ClassScorer, standardised, type Standard } from "./baseline.js";

// Shapes: N patches of an image, M patches of the bank, C channels.

const bankSize = 5000;

/** PatchCore without its coreset: distance of a patch to the nearest of 5,000 random training patches of its class. */
export async function nearestBank(
  store: FeatureStore,
  images: readonly number[],
  standard: Standard,
  tokens: number,
  seed: string,
): Promise<ClassScorer> {
  const channels = standard.mean.length;
  const rng = createRng(`${seed}/bank`);
  const bank = float32([bankSize, channels]);
  const all = images.length * tokens;
  const chosen = rng
    .shuffle(Array.from({ length: all }, (_, i) => i))
    .slice(0, bankSize)
    .sort((a, b) => a - b);
  const rows = Array.from({ length: bankSize }, (_, i) => chosen[i % chosen.length]!);
  for (const [place, index] of images.entries()) {
    const features = standardised((await store.read(index)).features.data, standard);
    rows.forEach((row, m) => {
      if (Math.floor(row / tokens) === place)
        bank.data.set(features.subarray((row % tokens) * channels, ((row % tokens) + 1) * channels), m * channels);
    });
  }
  const program = await jit(
    ({ patches }, { bank: known }) => {
      const squares = tf.add(tf.sum(tf.square(patches), 1, true), tf.reshape(tf.sum(tf.square(known), 1), [1, -1])); // [N, M]
      return { distance: tf.min(tf.sub(squares, tf.mul(tf.matMul(patches, known, false, true), 2)), 1) }; // [N]
    },
    { patches: f32(tokens, channels) },
    { constants: { bank } },
  );
  return {
    async score(features) {
      const { distance } = await program.run({ patches: float32([tokens, channels], standardised(features, standard)) });
      return floats(distance, "distance").map((d) => Math.sqrt(Math.max(0, d)));
    },
    dispose: () => program.dispose(),
  };
}
