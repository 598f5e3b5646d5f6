import { createRng, type JobOptions, throwIfAborted } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import { realProbability } from "@ltad/vae-augment";
import type { TrainConfig } from "../config/config-schema.js";
import type { Synthesiser } from "./synthesiser.js";
import type { TrainingSet } from "../run/training-set.js";

/** For each class: how often its images are real, and the synthesised ones that stand in otherwise. */
export interface Mixing {
  /** p_c */
  readonly real: readonly number[];
  /** Features from D with the z of the image they were drawn for; none where p_c = 1. */
  readonly synthetic: readonly (readonly ImageFeatures[])[];
}

const together = 8; // images a call of the decoder

/**
 * Draws f_syn for random images of every class that needs some. They are drawn once, before phase 2: a fresh one for each step would cost
 * as much as the step and give a few patches of it to the loss.
 * @see method.md, Phase 2: features are f_real with probability p_c, else f_syn sampled for that image and class
 */
export async function synthesiseImages(
  set: TrainingSet,
  synthesiser: Synthesiser,
  { mixing }: TrainConfig,
  seed: number,
  { onProgress, signal }: JobOptions,
): Promise<Mixing> {
  const real = realProbability(set.counts, mixing);
  const wanted = real.map((probability) => (probability < 1 ? mixing.samples : 0));
  const total = wanted.reduce((sum, count) => sum + count, 0);
  const synthetic: ImageFeatures[][] = [];
  let done = 0;
  for (const [label, count] of wanted.entries()) {
    const rng = createRng(`${seed}/synthetic/${label}`);
    const own = set.labels.flatMap((other, index) => (other === label ? [index] : []));
    const images: ImageFeatures[] = [];
    while (images.length < count) {
      throwIfAborted(signal);
      const chosen = Array.from({ length: Math.min(together, count - images.length) }, () => own[rng.integer(own.length)]!);
      const zs = await Promise.all(chosen.map(async (index) => (await set.store.read(index)).z));
      const made = await synthesiser.sample(zs, label, rng);
      zs.forEach((z, i) => images.push({ features: made[i]!, z }));
      done += chosen.length;
      onProgress?.({ phase: "synthesise", done, total, unit: "images" });
    }
    synthetic.push(images);
  }
  return { real, synthetic };
}
