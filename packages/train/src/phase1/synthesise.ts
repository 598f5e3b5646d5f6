import { createRng, type JobOptions, type Rng, throwIfAborted } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import { realProbability } from "@ltad/vae-augment";
import type { NamedTraining, Training } from "../run/training.js";
import type { AugmentParams } from "./augment-loss.js";
import { openSynthesiser, type Synthesiser } from "./synthesiser.js";

/** For each class: how often its images are real, and the synthetic ones that take their place otherwise. */
export interface Mixing {
  /** p_c */
  readonly real: readonly number[];
  /** Features from D with the z of the image they were drawn for; none where p_c = 1. */
  readonly synthetic: readonly (readonly ImageFeatures[])[];
}

/** Synthetic images for phase 2, by the VAE that phase 1 has learned; undefined when `mixing.enabled` is off. */
export async function synthesise(training: NamedTraining, learned: AugmentParams, job: JobOptions): Promise<Mixing | undefined> {
  if (!training.config.mixing.enabled) return undefined;
  const synthesiser = await openSynthesiser(training, learned);
  try {
    return await synthesiseBy(synthesiser, training, job);
  } finally {
    await synthesiser.dispose();
  }
}

/**
 * Draws f_syn for random images of every class that needs some. They are drawn once, before phase 2: a fresh one for each step would cost
 * as much as the step and give a few patches of it to the loss.
 * @see method.md, Phase 2: features are f_real with probability p_c, else f_syn sampled for that image and class
 */
export async function synthesiseBy(
  synthesiser: Synthesiser,
  { set, config: { mixing }, seed }: Pick<Training, "set" | "config" | "seed">,
  { onProgress, signal }: JobOptions,
): Promise<Mixing> {
  const { pMin, gamma } = mixing;
  const real = realProbability(set.counts, { pMin, gamma });
  const wanted = real.map((probability) => (probability < 1 ? mixing.samples : 0));
  const total = wanted.reduce((sum, count) => sum + count, 0);
  const synthetic: ImageFeatures[][] = [];
  let done = 0;
  for (const [label, count] of wanted.entries()) {
    const rng = createRng(`${seed}/synthetic/${label}`);
    const images: ImageFeatures[] = [];
    for (const size of batchSizes(count)) {
      throwIfAborted(signal);
      images.push(...(await synthesiseBatch(synthesiser, { set, label, size, rng })));
      done += size;
      onProgress?.({ phase: "synthesise", done, total, unit: "images" });
    }
    synthetic.push(images);
  }
  return { real, synthetic };
}

const together = 8; // images a call of the decoder

function batchSizes(count: number): number[] {
  return Array.from({ length: Math.ceil(count / together) }, (_, i) => Math.min(together, count - i * together));
}

interface Batch extends Pick<Training, "set"> {
  readonly label: number;
  readonly size: number;
  readonly rng: Rng;
}

/** Images of a class, each for a random one of its real images. */
async function synthesiseBatch(synthesiser: Synthesiser, { set, label, size, rng }: Batch): Promise<ImageFeatures[]> {
  const own = set.labels.flatMap((other, index) => (other === label ? [index] : []));
  const chosen = Array.from({ length: size }, () => own[rng.integer(own.length)]!);
  const zs = await Promise.all(chosen.map(async (index) => (await set.store.read(index)).z));
  return synthesiser.sample(zs, label, rng);
}
