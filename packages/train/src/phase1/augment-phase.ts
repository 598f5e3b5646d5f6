import { branchOf, createRng, flatten, float32, int32, isNdArray, type NdArray, type NdArrays, type Rng, type Tree } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import { type ClassMoments, type FeatureSpec, standardZ, statisticsTables, statisticsTree } from "@ltad/features";
import { cosineSchedule, type Tensors, trainStep } from "@ltad/jit";
import { classTexts, conditionalVae, initClassNames, klWeight, sample, type VaeConfig } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "../config/config-schema.js";
import { imageSampler } from "../run/draw.js";
import type { Phase } from "../run/run-phase.js";
import type { TrainingSet } from "../run/training-set.js";

// Shapes: B images a step, N tokens, C channels, Dz size of z, K classes, M tokens of a name, Dt text size.

/** What phase 1 learns: the class names s_c [K, M, tokenSize] and the VAE. */
export type AugmentParams = {
  readonly names: NdArray;
  readonly vae: Tree<NdArray>;
};

/** Sizes of the VAE for these features. */
export function vaeConfig({ augment }: TrainConfig, spec: FeatureSpec, textSize: number): VaeConfig & { readonly latent: number } {
  const { stages, grid, gridStride, zSize } = spec;
  return { stages, grid, gridStride, zSize, textSize, latent: augment.latent, width: augment.width };
}

/** Phase 1 as steps: the VAE's loss, with gradients through the frozen text encoder into the class names. */
export async function augmentPhase(
  set: TrainingSet,
  moments: ClassMoments,
  spec: FeatureSpec,
  config: TrainConfig,
  text: TextEncoder,
  seed: number,
): Promise<Phase<AugmentParams>> {
  const { augment, names } = config;
  const vae = vaeConfig(config, spec, text.size);
  const rng = createRng(`${seed}/augment`);
  const params: AugmentParams = {
    names: initClassNames(set.classes.length, names.tokens, text.meanToken, rng.fork("names"), names.deviation),
    vae: conditionalVae(vae).init(rng.fork("vae")),
  };
  const program = await trainStep<AugmentParams>({
    params,
    inputs: {
      features: { dtype: "float32", shape: [augment.batch, spec.tokens, spec.channels] },
      z: { dtype: "float32", shape: [augment.batch, spec.zSize] },
      label: { dtype: "int32", shape: [augment.batch] },
      eps: { dtype: "float32", shape: [augment.batch, augment.latent] },
      beta: { dtype: "float32", shape: [] },
    },
    constants: flatten<NdArray>({ tables: statisticsTree(moments), text: text.params }, isNdArray),
    loss: (learned, inputs) => augmentLoss(learned, inputs, vae, text),
    optimiser: { weightDecay: augment.weightDecay, clipNorm: augment.clipNorm },
  });
  return {
    name: "phase1",
    steps: augment.steps,
    program,
    batch: augmentBatches(set, spec, config),
    learningRate: (step) => cosineSchedule(step, { base: augment.learningRate, warmup: augment.warmup, total: augment.steps }),
  };
}

function augmentBatches(set: TrainingSet, spec: FeatureSpec, { augment, detect }: TrainConfig) {
  const draw = imageSampler(set.labels, set.counts, detect.classPower);
  return async (step: number, rng: Rng): Promise<NdArrays> => {
    const chosen = Array.from({ length: augment.batch }, () => draw(rng));
    const sources = await Promise.all(chosen.map((index) => set.store.read(index)));
    const features = float32([augment.batch, spec.tokens, spec.channels]);
    sources.forEach((source, b) => features.data.set(source.features, b * spec.tokens * spec.channels));
    return {
      features,
      z: float32(
        [augment.batch, spec.zSize],
        sources.flatMap(({ z }) => [...z]),
      ),
      label: int32(
        [augment.batch],
        chosen.map((index) => set.labels[index]!),
      ),
      eps: float32([augment.batch, augment.latent], rng.normals(augment.batch * augment.latent)),
      beta: float32([], [klWeight(step, { beta: augment.beta, warmup: augment.betaWarmup })]),
    };
  };
}

/** sum_l mean((f_real_l - f_syn_l)^2) + beta KL, f in units of the channels' deviation; see method.md, Phase 1. */
function augmentLoss(learned: { names: tf.Tensor; vae: Tree<tf.Tensor> }, inputs: Tensors, config: VaeConfig, text: TextEncoder) {
  const vae = conditionalVae(config);
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const real: tf.Tensor3D = tf.div(tf.sub(inputs["features"] as tf.Tensor3D, tables.channelMean), tables.channelDeviation); // [B, N, C]
  const latent = vae.encode(learned.vae, standardZ(tables, inputs["z"] as tf.Tensor2D)); // [B, L]
  const texts = classTexts((tokens) => text.forward(branchOf(inputs, "text"), tokens), learned.names as tf.Tensor3D); // [K, Dt]
  const condition = tf.gather(texts, inputs["label"] as tf.Tensor1D); // [B, Dt]
  const synthetic = vae.decode(learned.vae, sample(latent, inputs["eps"] as tf.Tensor2D), condition); // [B, N, C]
  return vae.loss(real, synthetic, latent, inputs["beta"] as tf.Scalar);
}
