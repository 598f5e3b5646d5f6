import type { NdArray, Tree } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { type FeatureSpec, standardZ, type StatisticsTables, whitened, type ZTables } from "@ltad/features";
import type { TensorsOf } from "@ltad/jit";
import { resizeBilinear } from "@ltad/jit/nn";
import { type ReconstructConfig, reconstructor, squaredError } from "@ltad/reconstruct";
import { posterior, semantic, type SemanticConfig, type SemanticParams } from "@ltad/semantic";

// Shapes: B images, N = G * G tokens, C channels, K classes, Dt text size.

/** How a model scores: the layout of its features, its modules, and how their outputs become one score. */
export interface HeadConfig {
  readonly spec: FeatureSpec;
  /** The reconstruction module. Without it, the normal token is 0, the mean of whitened tokens, and nothing is learned. */
  readonly reconstruct?: ReconstructConfig;
  /** The semantic module. Without it, S_sem is 0 everywhere. */
  readonly semantic?: SemanticConfig;
  readonly score: ScoreConfig;
}

export interface ScoreConfig {
  /** "logit" uses the logit standardised by the class; "posterior" uses the probability of abnormal, as the paper does. */
  readonly semantic: "logit" | "posterior";
  readonly lambda: number;
  /** "max" is the maximum of the map; "pooled" is UniAD's rule. */
  readonly image: "max" | "pooled";
}

/** The tensors of a head before its calibration. */
export interface TrainedTensors {
  readonly tables: StatisticsTables;
  readonly pi?: Tree<tf.Tensor>;
  readonly phi?: TensorsOf<SemanticParams<NdArray>>;
  readonly prototypes?: { readonly normal: tf.Tensor2D; readonly abnormal: tf.Tensor2D }; // [K, Dt], unit rows
}

/** All tensors of the scoring function. */
export interface HeadTensors extends TrainedTensors {
  readonly calibration: Calibration;
}

/** What is usual on held-out good images of each class. */
export type Calibration = {
  readonly error: tf.Tensor1D; // [K] mean error
  readonly logitMean: tf.Tensor1D; // [K]
  readonly logitDeviation: tf.Tensor1D; // [K]
  readonly typical: tf.Tensor1D; // [K] image score of a typical good image, before it counts as 1
  readonly power: tf.Tensor1D; // [K] how much narrower the scores of good images become, as logarithms
  readonly judged?: tf.Tensor2D; // [K, N] 1 where a position is judged, 0 where it is ignored; missing if everything is judged
};

/** Errors and logits before calibration, which calibration is fitted to. */
export interface RawScores {
  readonly errors: tf.Tensor2D; // [B, N]
  readonly logits: tf.Tensor2D; // [B, N]
}

/** A batch of encoded images. */
export interface EncodedImages {
  readonly features: tf.Tensor3D; // [B, N, C]
  readonly z: tf.Tensor2D; // [B, Dz]
  readonly label: tf.Tensor1D; // int32 [B]
}

/**
 * Computes the errors of reconstruction, ||Pi(p) - p||^2, and the logits of abnormality.
 * @see docs/method.md, "Score"
 */
export function rawScores(t: TrainedTensors, images: EncodedImages, config: HeadConfig): RawScores {
  const { features, z, label } = images;
  const positions = allPositions(label, config.spec.tokens); // [B, N]
  const patches = whitened(t.tables, { features, label, positions }); // [B, N, C]
  return { errors: errorsOf(t, patches, z, config), logits: logitsOf(t, patches, label, config) };
}

/** ||Pi(p) - p||^2, or ||p||^2 without Pi, [B, N]. */
function errorsOf(t: TrainedTensors, patches: tf.Tensor3D, z: tf.Tensor2D, { reconstruct }: HeadConfig): tf.Tensor2D {
  if (!reconstruct) return tf.sum(tf.square(patches), 2);
  return squaredError(reconstructor(reconstruct).forward(t.pi!, patches, standardZ(t.tables, z)), patches);
}

/** The logits of the semantic module, [B, N]; zeros without it. */
function logitsOf(t: TrainedTensors, patches: tf.Tensor3D, label: tf.Tensor1D, config: HeadConfig): tf.Tensor2D {
  if (!config.semantic) return tf.mul(tf.sum<tf.Tensor2D>(patches, 2), 0);
  const prototype = (name: "normal" | "abnormal") => tf.gather(t.prototypes![name], label); // [B, Dt]
  return semantic(config.semantic).forward(t.phi!, patches, prototype("normal"), prototype("abnormal"));
}

/**
 * Scores images completely: class (predicted if the label is -1), S_rec, S_sem, their sum S = S_rec + lambda S_sem, and the image score.
 * @returns label int32 [B], s_rec, s_sem and map [B, G, G], score [B], and distance [B], how far z is from the class
 * @see docs/method.md, "Score"
 */
export function scoreHead(t: HeadTensors, images: EncodedImages, config: HeadConfig) {
  const whole = t.calibration.judged && tf.min<tf.Tensor1D>(t.calibration.judged, 1); // [K]
  const { label, distance } = nearestClass({ ...t.tables, whole }, images);
  const raw = rawScores(t, { ...images, z: judgedZ(t, images.z, label), label }, config);
  return { label, ...calibrated(raw, label, t.calibration, config), distance };
}

/**
 * Scores images of one class, with the tables of that class only.
 * @param t tables whose first axis is the class: [1, ...]
 * @returns s_rec, s_sem and map [B, G, G], score [B]
 */
export function scoreClass(t: HeadTensors, { features, z }: Omit<EncodedImages, "label">, config: HeadConfig) {
  const label = tf.mul<tf.Tensor1D>(tf.argMax(z, 1), tf.scalar(0, "int32")); // 0 for each image, int32 [B]
  return calibrated(rawScores(t, { features, z: judgedZ(t, z, label), label }, config), label, t.calibration, config);
}

/** The tables that are needed to find the class of an image. */
export type NearestTables = ZTables & {
  readonly classZ: tf.Tensor2D; // [K, Dz]
  readonly whole?: tf.Tensor1D | undefined; // [K] 0 for a class that ignores a part of its images, because z describes whole images
};

/**
 * Finds the class of each image, and its distance from that class: the mean square of z - classZ, both standardised. The distance is 0 for a class that
 * ignores a part of its images. The nearest class is found by a matrix product, which takes a tenth of the time of the differences.
 * @param images `label` is int32 [B], the given class, or -1 to find the nearest
 * @returns label int32 [B], distance [B]
 */
export function nearestClass(tables: NearestTables, { z, label: given }: Pick<EncodedImages, "z" | "label">) {
  const { classZ, whole } = tables;
  const standard = standardZ(tables, z); // [B, Dz]
  const products = tf.matMul<tf.Tensor2D>(standard, classZ, false, true); // [B, K]
  const nearness = tf.sub<tf.Tensor2D>(tf.mul(products, 2), tf.sum(tf.square(classZ), 1)); // |z|^2 - |z - c|^2
  const label = tf.where<tf.Tensor1D>(tf.less(given, 0), tf.argMax<tf.Tensor1D>(nearness, 1), given).toInt();
  const distance = tf.mean<tf.Tensor1D>(tf.square(tf.sub(standard, tf.gather(classZ, label))), 1);
  return { label, distance: whole ? tf.mul(distance, tf.gather(whole, label)) : distance };
}

/**
 * Computes S = S_rec + lambda S_sem and the image score, on a scale on which good images of all classes have similar scores: (S / typical)^power. All
 * maps are 0 at ignored positions.
 * @param label int32 [B]
 * @returns s_rec, s_sem and map [B, G, G], score [B]
 */
export function calibrated({ errors, logits }: RawScores, label: tf.Tensor1D, calibration: Calibration, { spec, score: rule }: HeadConfig) {
  const rec = tf.div<tf.Tensor2D>(errors, tf.expandDims(tf.gather(calibration.error, label), 1)); // [B, N]
  const sem = semanticScore(logits, label, calibration, rule); // [B, N]
  const side = (x: tf.Tensor): tf.Tensor3D => tf.reshape(x, [-1, spec.grid, spec.grid]); // [B, G, G]
  const judged = calibration.judged && side(tf.gather(calibration.judged, label)); // [B, G, G]
  const shown = (x: tf.Tensor3D): tf.Tensor3D => (judged ? tf.mul(x, judged) : x);
  const map = shown(side(tf.add(rec, tf.mul(sem, rule.lambda))));
  const score = rule.image === "pooled" ? pooledMax(map) : tf.max<tf.Tensor1D>(map, [1, 2]); // [B]
  const alike = <T extends tf.Tensor>(x: T): T => {
    const ofEach = (table: tf.Tensor1D) => tf.reshape(tf.gather(table, label), [-1, ...x.shape.slice(1).map(() => 1)]);
    return tf.pow(tf.div(tf.maximum(x, least), ofEach(calibration.typical)), ofEach(calibration.power));
  };
  return { s_rec: shown(side(rec)), s_sem: shown(side(sem)), map: shown(alike(map)), score: alike(score) };
}

const least = 1e-3; // L_sem can make S negative, which has no power; the usual value is 1

/** The z that Pi receives, [B, Dz]. For a class that ignores a part of its images it is the mean over all images, because z describes the whole image. */
function judgedZ({ tables, calibration: { judged } }: HeadTensors, z: tf.Tensor2D, label: tf.Tensor1D): tf.Tensor2D {
  if (!judged) return z;
  const whole = tf.gather(tf.min<tf.Tensor1D>(judged, 1), label); // [B]
  return tf.where<tf.Tensor2D>(tf.greater(tf.expandDims(whole, 1), 0), z, tf.expandDims<tf.Tensor2D>(tables.zMean, 0));
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

/** UniAD's rule: the maximum of the map, enlarged to 224 pixels and averaged over 16 x 16 windows, [B]. */
function pooledMax(map: tf.Tensor3D): tf.Tensor1D {
  const enlarged = resizeBilinear(tf.expandDims<tf.Tensor4D>(map, 3), [224, 224]); // [B, 224, 224, 1]
  return tf.max(tf.avgPool(enlarged, 16, 1, "valid"), [1, 2, 3]);
}

/** 0 .. N-1 for each image: int32 [B, N]. */
function allPositions(label: tf.Tensor1D, tokens: number): tf.Tensor2D {
  return tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(0, "int32")), tf.range(0, tokens, 1, "int32"));
}
