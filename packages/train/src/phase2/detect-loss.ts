import { branchOf } from "@ltad/core";
import type { HeadConfig } from "../head/head.js";
import {
  centred,
  type FeatureSpec,
  standardZ,
  statisticsTables,
  type Patches,
  type StatisticsTables,
  whiten,
  whitened,
} from "@ltad/features";
import type { Tensors } from "@ltad/jit";
import type { TensorSpec } from "@ltad/runtime";
import { displace, jitter, reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import { semantic, semanticLoss } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "../config/config-schema.js";

// Shapes: B images, T patches of each, C channels, G groups, D_g channels of group g, D their sum, K classes, Dt text size.

/** Shapes of what `detectBatches` draws. */
export function detectInputs(config: TrainConfig, spec: FeatureSpec, patchSize: number): Record<string, TensorSpec> {
  const [images, tokens] = [config.detect.images, config.detect.tokens ?? spec.tokens];
  const float = (...shape: number[]): TensorSpec => ({ dtype: "float32", shape });
  const inputs = {
    features: float(images, tokens, spec.channels),
    z: float(images, spec.zSize),
    label: { dtype: "int32", shape: [images] } as TensorSpec,
    positions: { dtype: "int32", shape: [images, tokens] } as TensorSpec,
    noise: float(images, tokens, patchSize),
  };
  if (config.anomaly.kind === "jitter") return inputs;
  return { ...inputs, foreign: float(images, tokens, spec.channels), isForeign: float(images, tokens), size: float(images, tokens) };
}

/** What phase 2 learns. */
export interface DetectTensors {
  readonly pi: Parameters<ReturnType<typeof reconstructor>["forward"]>[0];
  readonly phi: Parameters<ReturnType<typeof semantic>["forward"]>[0];
}

/**
 * The loss of phase 2: one pseudo anomaly for both modules.
 * @param inputs the batch, and the constants `tables.*` and `prototypes.*`
 * @returns loss = reconstruction + semantic, all scalars
 * @see method.md, Phase 2
 */
export function detectLoss(params: DetectTensors, inputs: Tensors, anomaly: TrainConfig["anomaly"], head: HeadConfig) {
  const batch = inputs as unknown as DetectBatch;
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const { normal, abnormal } = anomaly.kind === "jitter" ? jittered(batch, tables, anomaly.alpha, head) : directed(batch, tables, head); // [B, T, D]
  const module = reconstructor(head.reconstruct);
  const positions = module.wholeGrid ? undefined : batch.positions;
  const reconstruction = reconstructionLoss(module.forward(params.pi, abnormal, standardZ(tables, batch.z), positions), normal);
  const prototype = (name: "normal" | "abnormal") => tf.gather(inputs[`prototypes.${name}`] as tf.Tensor2D, batch.label); // [B, Dt]
  const both = tf.concat([normal, abnormal], 1); // [B, 2 T, D]
  const logits = semantic(head.semantic).forward(params.phi, both, prototype("normal"), prototype("abnormal")); // [B, 2 T]
  const [ofNormal, ofAbnormal] = tf.split(logits, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const sad = semanticLoss(ofNormal, ofAbnormal);
  return { loss: tf.add<tf.Scalar>(reconstruction, sad), reconstruction, semantic: sad };
}

/** The inputs of one step as tensors. */
interface DetectBatch extends Patches {
  readonly z: tf.Tensor2D; // [B, Dz]
  readonly noise: tf.Tensor3D; // [B, T, D]
  readonly foreign: tf.Tensor3D; // [B, T, C]; this and the rest for directed anomalies
  readonly isForeign: tf.Tensor2D; // [B, T]
  readonly size: tf.Tensor2D; // [B, T]
}

/** p_n and p_a [B, T, D]: UniAD's jitter over all channels. */
function jittered(batch: DetectBatch, tables: StatisticsTables, alpha: number, head: HeadConfig) {
  const normal = tf.concat(whitened(tables, batch, head), 2);
  return { normal, abnormal: jitter(normal, batch.noise, alpha) };
}

/** p_n and p_a [B, T, D]: in each group a step of chosen length towards noise or a foreign patch. */
function directed(batch: DetectBatch, tables: StatisticsTables, head: HeadConfig) {
  const away = tf.div<tf.Tensor3D>(tf.sub(batch.foreign, batch.features), tables.channelDeviation); // [B, T, C]
  const both = tf.concat([centred(tables, batch), away], 1); // [B, 2 T, C]
  const pairs = whiten(tables, both, batch.label, head).map((part) => tf.split(part, 2, 1) as [tf.Tensor3D, tf.Tensor3D]); // G x 2 x [B, T, D_g]
  const parts = pairs.map(([part]) => part); // G x [B, T, D_g]
  const sizes = parts.map((part) => part.shape[2]);
  const gaussian = tf.split(batch.noise, sizes, 2) as tf.Tensor3D[]; // G x [B, T, D_g]
  const isForeign = tf.expandDims(batch.isForeign, 2); // [B, T, 1]
  const abnormal = pairs.map(([part, towards], g) => {
    const direction: tf.Tensor3D = tf.add(tf.mul(towards, isForeign), tf.mul(gaussian[g]!, tf.sub(1, isForeign)));
    return displace(part, direction, batch.size); // [B, T, D_g]
  });
  return { normal: tf.concat(parts, 2), abnormal: tf.concat(abnormal, 2) };
}
