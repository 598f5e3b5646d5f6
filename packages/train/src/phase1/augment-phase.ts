import { createRng, float32, int32, type Rng } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import { cosineSchedule, type InputsOf, trainStep } from "@ltad/jit";
import { conditionalVae, initClassNames, klWeight, type VaeConfig } from "@ltad/vae-augment";
import type { TrainConfig } from "../config/config-schema.js";
import { imageSampler } from "../run/draw.js";
import type { Phase } from "../run/phase.js";
import type { NamedTraining } from "../run/training.js";
import { type AugmentConstants, augmentInputs, type AugmentInputs, augmentLoss, type AugmentParams, vaeTables } from "./augment-loss.js";

/** Sizes of the VAE for these features. */
export function vaeConfig({ augment }: TrainConfig, spec: FeatureSpec, textSize: number): VaeConfig & { readonly latent: number } {
  const { stages, grid, gridStride, zSize } = spec;
  return { stages, grid, gridStride, zSize, textSize, latent: augment.latent, width: augment.width };
}

/** Phase 1 as steps: the VAE's loss, with gradients through the frozen text encoder into the class names. */
export async function augmentPhase(training: NamedTraining): Promise<Phase<AugmentParams, AugmentInputs>> {
  const { set, spec, config, text, seed, statistics } = training;
  const { augment, names } = config;
  const vae = vaeConfig(config, spec, text.size);
  const rng = createRng(`${seed}/augment`);
  const params: AugmentParams = {
    names: initClassNames(set.classes.length, names.tokens, text.meanToken, rng.fork("names"), names.deviation),
    vae: conditionalVae(vae).init(rng.fork("vae")),
  };
  const constants: AugmentConstants = { tables: vaeTables(statistics), text: text.params };
  const program = await trainStep({
    params,
    inputs: augmentInputs(config, spec),
    constants,
    loss: augmentLoss(vae, text),
    optimiser: { weightDecay: augment.weightDecay, clipNorm: augment.clipNorm },
  });
  return {
    name: "phase1",
    steps: augment.steps,
    program,
    batch: augmentBatches(training),
    learningRate: (step, total = augment.steps) => cosineSchedule(step, { base: augment.learningRate, warmup: augment.warmup, total }),
  };
}

/** Draws the inputs of one step: images with their z and class, the noise of the latent, and beta. */
function augmentBatches({ set, spec, config: { augment, sampling } }: NamedTraining) {
  const draw = imageSampler(set.labels, set.counts, sampling.classPower);
  const { batch, latent } = augment;
  return async (step: number, rng: Rng): Promise<InputsOf<AugmentInputs>> => {
    const chosen = Array.from({ length: batch }, () => draw(rng));
    const images = await Promise.all(chosen.map((index) => set.store.read(index)));
    const [features, z] = [float32([batch, spec.tokens, spec.channels]), float32([batch, spec.zSize])];
    images.forEach((image, b) => {
      features.data.set(image.features.data, b * spec.tokens * spec.channels);
      z.data.set(image.z.data, b * spec.zSize);
    });
    const labels = chosen.map((index) => set.labels[index]!);
    const beta = klWeight(step, { beta: augment.beta, warmup: augment.betaWarmup });
    return {
      features,
      z,
      label: int32([batch], labels),
      eps: float32([batch, latent], rng.normals(batch * latent)),
      beta: float32([], [beta]),
    };
  };
}
