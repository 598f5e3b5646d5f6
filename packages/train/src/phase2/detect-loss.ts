import { branchOf } from "@ltad/core";
import type { HeadConfig } from "../head/head.js";
import { centre, type FeatureSpec, standardZ, statisticsTables, type StatisticsTables, whiten } from "@ltad/features";
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
export function detectLoss(params: DetectTensors, inputs: Tensors, config: TrainConfig, head: HeadConfig, spec: FeatureSpec) {
  const batch = inputs as { z: tf.Tensor2D; label: tf.Tensor1D; positions: tf.Tensor2D };
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const { normal, abnormal } = patches(inputs, tables, config, spec); // [B, T, D]
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

/** p_n and p_a: UniAD's jitter over all channels, or in each group a step of chosen length towards noise or a foreign patch. */
function patches(inputs: Tensors, tables: StatisticsTables, { anomaly, groups }: TrainConfig, spec: FeatureSpec) {
  const { features, foreign, noise } = inputs as Record<"features" | "foreign" | "noise", tf.Tensor3D>;
  const [label, positions] = [inputs["label"] as tf.Tensor1D, inputs["positions"] as tf.Tensor2D];
  const centred = centre(tables, features, label, positions); // [B, T, C]
  if (anomaly.kind === "jitter") {
    const normal = tf.concat(whiten(tables, centred, label, spec, groups), 2); // [B, T, D]
    return { normal, abnormal: jitter(normal, noise, anomaly.alpha) };
  }
  const away = tf.div<tf.Tensor3D>(tf.sub(foreign, features), tables.channelDeviation); // [B, T, C]
  const whitened = whiten(tables, tf.concat([centred, away], 1), label, spec, groups).map((part) => tf.split(part, 2, 1)); // G x 2 x [B, T, D_g]
  const parts = whitened.map(([part]) => part as tf.Tensor3D); // G x [B, T, D_g]
  const sizes = parts.map((part) => part.shape[2]);
  const isForeign = tf.expandDims(inputs["isForeign"] as tf.Tensor2D, 2); // [B, T, 1]
  const gaussian = tf.split(noise, sizes, 2); // G x [B, T, D_g]
  const abnormal = whitened.map(([part, towards], g) => {
    const direction: tf.Tensor3D = tf.add(
      tf.mul(towards as tf.Tensor3D, isForeign),
      tf.mul(gaussian[g] as tf.Tensor3D, tf.sub(1, isForeign)),
    );
    return displace(part as tf.Tensor3D, direction, inputs["size"] as tf.Tensor2D); // [B, T, D_g]
  });
  return { normal: tf.concat(parts, 2), abnormal: tf.concat(abnormal, 2) };
}
