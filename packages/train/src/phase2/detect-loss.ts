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
import { displace, jitter, type ReconstructConfig, reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import { semantic, type SemanticConfig, semanticLoss, type SemanticParams } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "../config/config-schema.js";
import type { HeadConfig } from "../head/head.js";
import type { Prototypes } from "../phase1/prototypes.js";

// Shapes: B images, T patches of each, C channels, K classes, Dt text size.

/** The inputs of one step of phase 2. */
export type DetectInputs = ReturnType<typeof detectInputs>;
type DetectBatch = TensorsFor<DetectInputs>;
type DirectedBatch = Extract<DetectBatch, { foreign: tf.Tensor }>;

export function detectInputs({ detect, anomaly }: TrainConfig, spec: FeatureSpec) {
  const [images, tokens] = [detect.images, detect.tokens ?? spec.tokens];
  const inputs = {
    features: f32(images, tokens, spec.channels),
    z: f32(images, spec.zSize),
    label: i32(images),
    positions: i32(images, tokens),
    noise: f32(images, tokens, spec.channels),
  };
  if (anomaly.kind === "jitter") return inputs;
  return { ...inputs, foreign: f32(images, tokens, spec.channels), isForeign: f32(images, tokens), size: f32(images, tokens) };
}

/** What phase 2 learns: Pi and Phi_l. */
export type DetectParams = {
  readonly pi?: Tree<NdArray>;
  readonly phi?: SemanticParams<NdArray>;
};

/** What phase 2 leaves as it is. */
export type DetectConstants = {
  readonly tables: StatisticsTree;
  readonly prototypes?: Prototypes;
};

/**
 * The loss of phase 2: one pseudo anomaly for both modules; a module that the model does without has loss 0.
 * @returns loss = reconstruction + semantic, all scalars
 * @see method.md, Phase 2
 */
export function detectLoss(anomaly: TrainConfig["anomaly"], head: HeadConfig) {
  return (learned: TensorsOf<DetectParams>, batch: DetectBatch, frozen: TensorsOf<DetectConstants>) => {
    const tables = statisticsTables(frozen.tables);
    const pair = anomaly.kind === "jitter" ? jittered(batch, tables, anomaly.alpha) : directed(batch as DirectedBatch, tables); // [B, T, C]
    const reconstruction = head.reconstruct
      ? recLoss(head.reconstruct, learned.pi!, pair, standardZ(tables, batch.z), batch)
      : tf.scalar(0);
    const sad = head.semantic ? sadLoss(head.semantic, learned.phi!, pair, prototypesOf(frozen, batch.label)) : tf.scalar(0);
    return { loss: tf.add<tf.Scalar>(reconstruction, sad), reconstruction, semantic: sad };
  };
}

/** p_n and p_a, both [B, T, C]. */
interface Pair {
  readonly normal: tf.Tensor3D;
  readonly abnormal: tf.Tensor3D;
}

function recLoss(config: ReconstructConfig, params: Tree<tf.Tensor>, { normal, abnormal }: Pair, z: tf.Tensor2D, batch: DetectBatch) {
  const pi = reconstructor(config);
  return reconstructionLoss(pi.forward(params, abnormal, z, pi.wholeGrid ? undefined : batch.positions), normal);
}

function sadLoss(config: SemanticConfig, params: TensorsOf<SemanticParams<NdArray>>, { normal, abnormal }: Pair, texts: tf.Tensor2D[]) {
  const [normalText, abnormalText] = texts as [tf.Tensor2D, tf.Tensor2D];
  const both = tf.concat([normal, abnormal], 1); // [B, 2 T, C]
  const logits = semantic(config).forward(params, both, normalText, abnormalText); // [B, 2 T]
  const [ofNormal, ofAbnormal] = tf.split(logits, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return semanticLoss(ofNormal, ofAbnormal);
}

/** t_n,c and t_a,c of each image, both [B, Dt]. */
function prototypesOf({ prototypes }: TensorsOf<DetectConstants>, label: tf.Tensor1D): tf.Tensor2D[] {
  return (["normal", "abnormal"] as const).map((name) => tf.gather(prototypes![name] as tf.Tensor2D, label));
}

/** UniAD's jitter over all channels. */
function jittered(batch: DetectBatch, tables: StatisticsTables, alpha: number): Pair {
  const normal = whitened(tables, batch);
  return { normal, abnormal: jitter(normal, batch.noise, alpha) };
}

/** A step of chosen length towards noise or a foreign patch. */
function directed(batch: DirectedBatch, tables: StatisticsTables): Pair {
  const away = tf.div<tf.Tensor3D>(tf.sub(batch.foreign, batch.features), tables.channelDeviation); // [B, T, C]
  const both = tf.concat([centred(tables, batch), away], 1); // [B, 2 T, C]
  const places = { label: batch.label, positions: tf.concat([batch.positions, batch.positions], 1) };
  const [normal, towards] = tf.split(whiten(tables, both, places), 2, 1) as [tf.Tensor3D, tf.Tensor3D]; // [B, T, C]
  const isForeign = tf.expandDims(batch.isForeign, 2); // [B, T, 1]
  const direction: tf.Tensor3D = tf.add(tf.mul(towards, isForeign), tf.mul(batch.noise, tf.sub(1, isForeign)));
  return { normal, abnormal: displace(normal, direction, batch.size) };
}
