import { branchOf, createRng, flatten, float32, int32, isNdArray, type NdArray, type NdArrays, type Rng, type Tree } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import { type ClassStatistics, type FeatureSpec, statisticsTables, statisticsTree } from "@ltad/features";
import { cosineSchedule, type Tensors, trainStep } from "@ltad/jit";
import { standardZ } from "@ltad/detector/write";
import { type AugmentConfig, decode, encode, initAugment, initClassNames, sample, vaeLoss } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "./config-schema.js";
import { imageSampler } from "./draw.js";
import type { Phase } from "./run-phase.js";
import type { TrainingSet } from "./training-set.js";

// Shapes: B images a step, N tokens, C channels, Dz size of z, K classes, M tokens of a name, Dt text size.

/** What phase 1 learns: the class names s_c [K, M, tokenSize] and the VAE. */
export interface AugmentParams extends Tree<NdArray> {
  readonly names: NdArray;
  readonly vae: Tree<NdArray>;
}

/** Sizes of the VAE for these features. */
export function augmentConfig({ augment }: TrainConfig, spec: FeatureSpec, textSize: number): AugmentConfig {
  const { stages, grid, gridStride, zSize } = spec;
  return { stages, grid, gridStride, zSize, textSize, latent: augment.latent, width: augment.width };
}

/** Phase 1 as steps: the VAE's loss, with gradients through the frozen text encoder into the class names. */
export async function augmentPhase(
  set: TrainingSet,
  statistics: ClassStatistics,
  spec: FeatureSpec,
  config: TrainConfig,
  text: TextEncoder,
  seed: number,
): Promise<Phase<AugmentParams>> {
  const { augment, names } = config;
  const vae = augmentConfig(config, spec, text.size);
  const rng = createRng(`${seed}/augment`);
  const params: AugmentParams = {
    names: initClassNames(set.classes.length, names.tokens, text.meanToken, rng.fork("names"), names.deviation),
    vae: initAugment(vae, rng.fork("vae")),
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
    constants: flatten({ tables: statisticsTree(statistics), text: text.params }, isNdArray),
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
        chosen.map((index) => set.labels[index] as number),
      ),
      eps: float32([augment.batch, augment.latent], rng.normals(augment.batch * augment.latent)),
      beta: float32([], [augment.beta * Math.min(1, (step + 1) / Math.max(1, augment.betaWarmup))]),
    };
  };
}

function augmentLoss(learned: { names: tf.Tensor; vae: Tree<tf.Tensor> }, inputs: Tensors, vae: AugmentConfig, text: TextEncoder) {
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const real = tf.div(tf.sub(inputs["features"] as tf.Tensor3D, tables.channelMean), tables.channelDeviation) as tf.Tensor3D; // [B, N, C]
  const { mu, logVar } = encode(learned.vae, standardZ(tables, inputs["z"] as tf.Tensor2D)); // [B, latent]
  const names = text.forward(branchOf(inputs, "text"), learned.names as tf.Tensor3D); // [K, Dt]
  const condition = tf.gather(unitRows(names), inputs["label"] as tf.Tensor1D); // [B, Dt]
  const synthetic = decode(learned.vae, sample(mu, logVar, inputs["eps"] as tf.Tensor2D), condition, vae); // [B, N, C]
  return vaeLoss(real, synthetic, mu, logVar, inputs["beta"] as tf.Scalar, vae);
}

function unitRows(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.div(rows, tf.sqrt(tf.sum(tf.square(rows), 1, true)));
}
