import { branchOf } from "@ltad/core";
import type { HeadConfig } from "@ltad/detector/write";
import { standardZ } from "@ltad/detector/write";
import { type FeatureSpec, normalise, statisticsTables, whiten } from "@ltad/features";
import type { Tensors, TensorSpec } from "@ltad/jit";
import { displace, jitter, reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import { semantic, semanticLoss } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "./config-schema.js";

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
  const batch = inputs as unknown as Record<"features" | "noise", tf.Tensor3D> & {
    z: tf.Tensor2D;
    label: tf.Tensor1D;
    positions: tf.Tensor2D;
  };
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const normalParts = normalise(tables, batch.features, batch.label, batch.positions, spec, config.groups); // G x [B, T, D_g]
  const abnormalParts = pseudoAnomalies(inputs, normalParts, config, spec); // G x [B, T, D_g]
  const normal = tf.concat(normalParts, 2); // [B, T, D]
  const abnormal = tf.concat(abnormalParts, 2); // [B, T, D]
  const module = reconstructor(head.reconstruct);
  const positions = module.wholeGrid ? undefined : batch.positions;
  const reconstruction = reconstructionLoss(module.forward(params.pi, abnormal, standardZ(tables, batch.z), positions), normal);
  const prototype = (name: "normal" | "abnormal") => tf.gather(inputs[`prototypes.${name}`] as tf.Tensor2D, batch.label); // [B, Dt]
  const logits = (patches: tf.Tensor3D) => semantic(head.semantic).forward(params.phi, patches, prototype("normal"), prototype("abnormal")); // [B, T]
  const sad = semanticLoss(logits(normal), logits(abnormal));
  return { loss: tf.add(reconstruction, sad) as tf.Scalar, reconstruction, semantic: sad };
}

/** p_a of each group: UniAD's jitter over all channels, or a step of chosen length towards noise or a foreign patch. */
function pseudoAnomalies(inputs: Tensors, parts: tf.Tensor3D[], { anomaly, groups }: TrainConfig, spec: FeatureSpec): tf.Tensor3D[] {
  const sizes = parts.map((part) => part.shape[2]);
  const noise = inputs["noise"] as tf.Tensor3D;
  if (anomaly.kind === "jitter") return tf.split(jitter(tf.concat(parts, 2), noise, anomaly.alpha), sizes, 2);
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const away = tf.div(tf.sub(inputs["foreign"] as tf.Tensor, inputs["features"] as tf.Tensor), tables.channelDeviation) as tf.Tensor3D; // [B, T, C]
  const foreign = whiten(tables, away, inputs["label"] as tf.Tensor1D, spec, groups); // G x [B, T, D_g]
  const isForeign = tf.expandDims(inputs["isForeign"] as tf.Tensor2D, 2); // [B, T, 1]
  return tf.split(noise, sizes, 2).map((gaussian, g) => {
    const direction = tf.add(tf.mul(foreign[g] as tf.Tensor, isForeign), tf.mul(gaussian, tf.sub(1, isForeign))) as tf.Tensor3D;
    return displace(parts[g] as tf.Tensor3D, direction, inputs["size"] as tf.Tensor2D);
  });
}
