import { flatten, type FloatArray, float32, isNdArray, type NdArray, type NdArrays, type Tree, unflatten } from "@ltad/core";
import { type FeatureSpec, statisticsTables, type StatisticsTree } from "@ltad/features";
import { f32, i32, type TensorsOf, type TensorSpecs, toOnnx } from "@ltad/jit";
import type { SemanticParams } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import {
  type Calibration,
  type HeadConfig,
  type HeadTensors,
  nearestClass,
  type NearestTables,
  scoreClass,
  scoreHead,
  type TrainedTensors,
} from "./head.js";
import { rowOfJudged } from "../run/judged-store.js";
import { isOfClass } from "./of-class.js";

/** A head before its calibration, under the names in `weights.safetensors`. */
export type TrainedHead = {
  readonly tables: StatisticsTree;
  readonly pi?: Tree<NdArray>;
  readonly phi?: SemanticParams<NdArray>;
  readonly prototypes?: { readonly normal: NdArray; readonly abnormal: NdArray };
};

/** Everything that a head needs. */
export type HeadArrays = TrainedHead & {
  readonly calibration: { readonly [K in keyof Calibration]: NdArray };
};

/** A trained head inside a traced function. */
export function trainedTensors({ tables, ...modules }: TensorsOf<TrainedHead>): TrainedTensors {
  return { ...(modules as Omit<TrainedTensors, "tables">), tables: statisticsTables(tables) };
}

/** A whole head inside a traced function. */
export function headTensors(constants: TensorsOf<HeadArrays>): HeadTensors {
  return { ...trainedTensors(constants), calibration: constants.calibration as Calibration };
}

/** A graph with the names and shapes of its inputs. */
export interface Graph {
  readonly model: Uint8Array;
  readonly inputs: TensorSpecs;
}

/**
 * Exports the scoring graph of a bundle, for images of one class, with any batch size.
 * Its inputs are features [B, N, C], z [B, Dz], and the tables of the class, float32 [1, ...] by name; for its outputs, see {@link scoreClass}.
 * Its matrices are stored in half precision, which changes no AUROC by 0.01 points; it computes in single precision.
 * @param arrays of any number of classes; only the shapes of the tables of classes are used
 */
export function headGraph(arrays: HeadArrays, config: HeadConfig): Graph {
  const { tokens, channels, zSize } = config.spec;
  const unused = new Set(["tables.classZ", ...(arrays.tables.whitening ? [] : ["tables.positionMean"])]);
  const all = Object.entries(flatten<NdArray>(arrays, isNdArray)).filter(([name]) => !unused.has(name));
  const tables = all.filter(([name]) => isOfClass(name)).map(([name, { shape }]) => [name, f32(1, ...shape.slice(1))] as const);
  const constants = Object.fromEntries(all.filter(([name]) => !isOfClass(name)));
  const inputs = { features: f32(null, tokens, channels), z: f32(null, zSize), ...Object.fromEntries(tables) };
  const model = toOnnx(
    ({ features, z, ...own }: Readonly<Record<string, tf.Tensor>>, shared) => {
      const head = unflatten({ ...flatten<tf.Tensor>(shared, isTensor), ...own }) as unknown as TensorsOf<HeadArrays>;
      return { ...scoreClass(headTensors(head), { features: features as tf.Tensor3D, z: z as tf.Tensor2D }, config) };
    },
    inputs,
    { constants: unflatten(constants), weights: "float16" },
  );
  return { model, inputs };
}

const isTensor = (value: tf.Tensor | Tree<tf.Tensor>): value is tf.Tensor => value instanceof tf.Tensor;

/**
 * Exports the graph of a bundle that finds classes, with any batch size, in single precision.
 * Its inputs are z [B, Dz] and class int32 [B] (-1 to find the nearest); for its outputs, see {@link nearestClass}.
 */
export function nearestGraph(arrays: NdArrays, { zSize }: FeatureSpec): Graph {
  const [zMean, zDeviation, classZ] = ["zMean", "zDeviation", "classZ"].map((name) => arrays[`tables.${name}`]!);
  const judged = arrays["calibration.judged"] as FloatArray | undefined; // [K, N]
  const whole = judged && { whole: wholeClasses(judged) };
  const inputs = { z: f32(null, zSize), class: i32(null) };
  const model = toOnnx(({ z, class: label }, tables) => ({ ...nearestClass(tables as unknown as NearestTables, { z, label }) }), inputs, {
    constants: { zMean: zMean!, zDeviation: zDeviation!, classZ: classZ!, ...whole },
  });
  return { model, inputs };
}

/** 1 for a class that judges all of its images, else 0: [K]. */
function wholeClasses(judged: FloatArray): FloatArray {
  const classes = judged.shape[0]!;
  return float32(
    [classes],
    Array.from({ length: classes }, (_, label) => (rowOfJudged(judged, label).includes(0) ? 0 : 1)),
  );
}

/**
 * Exports a scoring graph with the tables of all classes inside, for runtimes that load a single file, with any batch size.
 * Its inputs are features [B, N, C], z [B, Dz], and class int32 [B] (-1 to predict it); for its outputs, see {@link scoreHead}.
 */
export function wholeHeadGraph(arrays: HeadArrays, config: HeadConfig): Uint8Array {
  const { tokens, channels, zSize } = config.spec;
  return toOnnx(
    ({ features, z, class: label }, constants) => scoreHead(headTensors(constants), { features, z, label }, config),
    { features: f32(null, tokens, channels), z: f32(null, zSize), class: i32(null) },
    { constants: arrays, weights: "float16" },
  );
}
