import type { NdArray, Tree } from "@ltad/core";
import {
  centred,
  type FeatureSpec,
  standardZ,
  statisticsTables,
  type StatisticsTables,
  type StatisticsTree,
  whiten,
  whitened,
} from "@ltad/features";
import { f32, i32, type TensorsFor, type TensorsOf } from "@ltad/jit";
import { displace, jitter, reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import { semantic, semanticLoss, type SemanticParams } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "../config/config-schema.js";
import type { HeadConfig } from "../head/head.js";
import type { Prototypes } from "../phase1/prototypes.js";

// Shapes: B images, T patches of each, C channels, G groups, D_g channels of group g, D their sum, K classes, Dt text size.

/** The inputs of one step of phase 2. */
export type DetectInputs = ReturnType<typeof detectInputs>;
type DetectBatch = TensorsFor<DetectInputs>;
type DirectedBatch = Extract<DetectBatch, { foreign: tf.Tensor }>;

export function detectInputs({ detect, anomaly }: TrainConfig, spec: FeatureSpec, patchSize: number) {
  const [images, tokens] = [detect.images, detect.tokens ?? spec.tokens];
  const inputs = {
    features: f32(images, tokens, spec.channels),
    z: f32(images, spec.zSize),
    label: i32(images),
    positions: i32(images, tokens),
    noise: f32(images, tokens, patchSize),
  };
  if (anomaly.kind === "jitter") return inputs;
  return { ...inputs, foreign: f32(images, tokens, spec.channels), isForeign: f32(images, tokens), size: f32(images, tokens) };
}

/** What phase 2 learns: Pi and Phi_l. */
export type DetectParams = {
  readonly pi: Tree<NdArray>;
  readonly phi: SemanticParams<NdArray>;
};

/** What phase 2 leaves as it is. */
export type DetectConstants = {
  readonly tables: StatisticsTree;
  readonly prototypes: Prototypes;
};

/**
 * The loss of phase 2: one pseudo anomaly for both modules.
 * @returns loss = reconstruction + semantic, all scalars
 * @see method.md, Phase 2
 */
export function detectLoss(anomaly: TrainConfig["anomaly"], head: HeadConfig) {
  const [pi, phi] = [reconstructor(head.reconstruct), semantic(head.semantic)];
  return (learned: TensorsOf<DetectParams>, batch: DetectBatch, frozen: TensorsOf<DetectConstants>) => {
    const tables = statisticsTables(frozen.tables);
    const { normal, abnormal } =
      anomaly.kind === "jitter" ? jittered(batch, tables, anomaly.alpha, head) : directed(batch as DirectedBatch, tables, head); // [B, T, D]
    const positions = pi.wholeGrid ? undefined : batch.positions;
    const reconstruction = reconstructionLoss(pi.forward(learned.pi, abnormal, standardZ(tables, batch.z), positions), normal);
    const prototype = (name: keyof Prototypes) => tf.gather(frozen.prototypes[name] as tf.Tensor2D, batch.label); // [B, Dt]
    const both = tf.concat([normal, abnormal], 1); // [B, 2 T, D]
    const logits = phi.forward(learned.phi, both, prototype("normal"), prototype("abnormal")); // [B, 2 T]
    const [ofNormal, ofAbnormal] = tf.split(logits, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const sad = semanticLoss(ofNormal, ofAbnormal);
    return { loss: tf.add<tf.Scalar>(reconstruction, sad), reconstruction, semantic: sad };
  };
}

/** p_n and p_a [B, T, D]: UniAD's jitter over all channels. */
function jittered(batch: DetectBatch, tables: StatisticsTables, alpha: number, head: HeadConfig) {
  const normal = tf.concat(whitened(tables, batch, head), 2);
  return { normal, abnormal: jitter(normal, batch.noise, alpha) };
}

/** p_n and p_a [B, T, D]: in each group a step of chosen length towards noise or a foreign patch. */
function directed(batch: DirectedBatch, tables: StatisticsTables, head: HeadConfig) {
  const away = tf.div<tf.Tensor3D>(tf.sub(batch.foreign, batch.features), tables.channelDeviation); // [B, T, C]
  const both = tf.concat([centred(tables, batch), away], 1); // [B, 2 T, C]
  const pairs = whiten(tables, both, batch.label, head).map((part) => tf.split(part, 2, 1) as [tf.Tensor3D, tf.Tensor3D]); // G x 2 x [B, T, D_g]
  const parts = pairs.map(([part]) => part); // G x [B, T, D_g]
  const sizes = parts.map((part) => part.shape[2]);
  const gaussian = tf.split<tf.Tensor3D>(batch.noise, sizes, 2); // G x [B, T, D_g]
  const isForeign = tf.expandDims(batch.isForeign, 2); // [B, T, 1]
  const abnormal = pairs.map(([part, towards], g) => {
    const direction: tf.Tensor3D = tf.add(tf.mul(towards, isForeign), tf.mul(gaussian[g]!, tf.sub(1, isForeign)));
    return displace(part, direction, batch.size); // [B, T, D_g]
  });
  return { normal: tf.concat(parts, 2), abnormal: tf.concat(abnormal, 2) };
}
