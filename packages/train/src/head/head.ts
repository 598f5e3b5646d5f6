import type { NdArray, Tree } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { classDistances, type GroupLayout, standardZ, type StatisticsTables, whitened } from "@ltad/features";
import type { TensorsOf } from "@ltad/jit";
import { resizeBilinear } from "@ltad/jit/nn";
import { groupErrors, type ReconstructConfig, reconstructor, squaredError } from "@ltad/reconstruct";
import { posterior, semantic, type SemanticConfig, type SemanticParams } from "@ltad/semantic";

// Shapes: B images, N = G * G tokens, C channels, D = sum of D_g over the groups, E errors (one a group, or one in all), K classes, Dt text size.

/** How a model scores: the layout of its features, its modules, and how their answers become one score. */
export interface HeadConfig extends GroupLayout {
  readonly reconstruct: ReconstructConfig;
  readonly semantic: SemanticConfig;
  readonly score: ScoreConfig;
}

export interface ScoreConfig {
  /** "groups": mean error of each group, weighted; "total": squared error over all channels (the paper's). */
  readonly reconstruction: "groups" | "total";
  readonly groupWeights: readonly number[];
  /** "logit": standardised by the class; "posterior": the probability of abnormal (the paper's). */
  readonly semantic: "logit" | "posterior";
  readonly lambda: number;
  /** "max" of the map; "position": the same after S_rec is measured against what is usual at its position; "pooled": UniAD's. */
  readonly image: "max" | "position" | "pooled";
}

/** The tensors of a head before its calibration. */
export interface TrainedTensors {
  readonly tables: StatisticsTables;
  readonly pi: Tree<tf.Tensor>;
  readonly phi: TensorsOf<SemanticParams<NdArray>>;
  readonly prototypes: { readonly normal: tf.Tensor2D; readonly abnormal: tf.Tensor2D }; // [K, Dt], unit rows
}

/** All tensors of the scoring function. */
export interface HeadTensors extends TrainedTensors {
  readonly calibration: Calibration;
}

/** What is usual on the training normals of each class. */
export type Calibration = {
  readonly error: tf.Tensor2D; // [K, E] mean error
  readonly positionError: tf.Tensor2D; // [K, N] mean of the first error at each position
  readonly logitMean: tf.Tensor1D; // [K]
  readonly logitDeviation: tf.Tensor1D; // [K]
};

/** Errors and logits before calibration: what calibration is fitted on. */
export interface RawScores {
  readonly errors: tf.Tensor3D; // [B, N, E]
  readonly logits: tf.Tensor2D; // [B, N]
}

/** A batch of encoded images. */
export interface EncodedImages {
  readonly features: tf.Tensor3D; // [B, N, C]
  readonly z: tf.Tensor2D; // [B, Dz]
  readonly label: tf.Tensor1D; // int32 [B]
}

/**
 * Errors of reconstruction and logits of abnormality.
 * @see method.md, Score: S_rec(p) = ||Pi(p) - p||^2, and the semantic posterior
 */
export function rawScores(t: TrainedTensors, images: EncodedImages, config: HeadConfig): RawScores {
  const { features, z, label } = images;
  const positions = allPositions(label, config.spec.tokens); // [B, N]
  const parts = whitened(t.tables, { features, label, positions }, config); // G x [B, N, D_g]
  const patches = tf.concat(parts, 2); // [B, N, D]
  const normal = reconstructor(config.reconstruct).forward(t.pi, patches, standardZ(t.tables, z)); // [B, N, D]
  const errors = config.score.reconstruction === "total" ? [squaredError(normal, patches)] : groupErrors(normal, patches, sizesOf(parts)); // E x [B, N]
  const prototype = (table: tf.Tensor2D) => tf.gather(table, label); // [B, Dt]
  const { normal: normalText, abnormal: abnormalText } = t.prototypes;
  const logits = semantic(config.semantic).forward(t.phi, patches, prototype(normalText), prototype(abnormalText)); // [B, N]
  return { errors: tf.stack(errors, 2) as tf.Tensor3D, logits };
}

/**
 * The whole scoring of a bundle: class (predicted where the label is -1), S_rec, S_sem, their sum and the image score.
 * @returns label int32 [B], s_rec, s_sem and map [B, G, G], score [B]
 * @see method.md, Score: S = S_rec + lambda S_sem, S_rec in units of its class mean
 */
export function scoreHead(t: HeadTensors, images: EncodedImages, config: HeadConfig) {
  const { calibration } = t;
  const label = predictedWhereUnknown(t.tables, images); // [B]
  const { errors, logits } = rawScores(t, { ...images, label }, config);
  const usual = tf.gather(calibration.error, label).expandDims(1); // [B, 1, E]
  const ratios: tf.Tensor3D = tf.div(errors, usual); // [B, N, E]
  const rec = weighted(ratios, config.score); // [B, N]
  const sem = semanticScore(logits, label, calibration, config.score); // [B, N]
  const map: tf.Tensor2D = tf.add(rec, tf.mul(sem, config.score.lambda)); // [B, N]
  const side = (x: tf.Tensor): tf.Tensor3D => tf.reshape(x, [-1, config.spec.grid, config.spec.grid]); // [B, G, G]
  const atItsPlace =
    config.score.image === "position" ? tf.add(tf.mul(rec, usualHere(label, calibration)), tf.mul(sem, config.score.lambda)) : map; // [B, N]
  const score = config.score.image === "pooled" ? pooledMax(side(map)) : tf.max(atItsPlace, 1); // [B]
  return { label, s_rec: side(rec), s_sem: side(sem), map: side(map), score };
}

/** The labels that are given, the nearest class where one is -1: int32 [B]. */
function predictedWhereUnknown(tables: StatisticsTables, { z, label }: EncodedImages): tf.Tensor1D {
  const distances = classDistances(tables, z); // [B, K]
  return tf.where<tf.Tensor1D>(tf.less(label, 0), tf.argMin<tf.Tensor1D>(distances, 1), label).toInt();
}

function weighted(ratios: tf.Tensor3D, { reconstruction, groupWeights }: ScoreConfig): tf.Tensor2D {
  if (reconstruction === "total") return tf.squeeze(ratios, [2]);
  const total = groupWeights.reduce((sum, weight) => sum + weight, 0);
  return tf.sum(tf.mul(ratios, tf.tensor1d(groupWeights.map((weight) => weight / total))), 2);
}

function semanticScore(
  logits: tf.Tensor2D,
  label: tf.Tensor1D,
  { logitMean, logitDeviation }: Calibration,
  { semantic: form }: ScoreConfig,
): tf.Tensor2D {
  if (form === "posterior") return posterior(logits);
  return tf.div(tf.sub(logits, tf.gather(logitMean, label).expandDims(1)), tf.gather(logitDeviation, label).expandDims(1));
}

/**
 * 2 E / (E_i + E): how much less usual an error is at position i than in the class as a whole. Busy places (edges, prints) err more on good
 * images too and would otherwise decide the maximum. Half of it stays, for objects that move. [B, N]
 */
function usualHere(label: tf.Tensor1D, { error, positionError }: Calibration): tf.Tensor2D {
  const usual = tf.gather(error, label).slice([0, 0], [-1, 1]); // [B, 1]
  return tf.div(tf.mul(usual, 2), tf.add(tf.gather(positionError, label), usual));
}

/** UniAD's rule: the map at 224 pixels, averaged over 16 x 16 windows, its maximum: [B]. */
function pooledMax(map: tf.Tensor3D): tf.Tensor1D {
  const enlarged = resizeBilinear(tf.expandDims<tf.Tensor4D>(map, 3), [224, 224]); // [B, 224, 224, 1]
  return tf.max(tf.avgPool(enlarged, 16, 1, "valid"), [1, 2, 3]);
}

/** 0 .. N-1 for each image: int32 [B, N]. */
function allPositions(label: tf.Tensor1D, tokens: number): tf.Tensor2D {
  return tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(0, "int32")), tf.range(0, tokens, 1, "int32"));
}

function sizesOf(parts: readonly tf.Tensor3D[]): number[] {
  return parts.map((part) => part.shape[2]);
}
