import { type JobOptions, throwIfAborted } from "@ltad/core";
import { decide, type Detector, type Scores } from "@ltad/detector";
import type { FeatureStore } from "@ltad/feature-store";
import type { ImagePrediction } from "./tested-image.js";

export interface ScoreFeaturesOptions extends JobOptions {
  /** Whether the model is told the class of an image (its folder) or predicts it. */
  readonly classes: "folder" | "predicted";
}

/**
 * What the head of a model answers for images that are encoded already, one after another and on the model's grid.
 * @param labels the class index of each image of the store
 */
export async function scoreFeatures(
  detector: Detector,
  store: FeatureStore,
  labels: readonly number[],
  { classes, signal, onProgress }: ScoreFeaturesOptions,
): Promise<ImagePrediction[]> {
  const predictions: ImagePrediction[] = [];
  for (const [i, label] of labels.entries()) {
    throwIfAborted(signal);
    const { features, z } = await store.read(i);
    const answer = await detector.score(features, z, Int32Array.of(classes === "folder" ? label : -1));
    predictions.push(predictionOf(detector, answer));
    onProgress?.({ phase: "score", done: i + 1, total: labels.length, unit: "images" });
  }
  return predictions;
}

function predictionOf({ manifest, classes }: Detector, { score, classes: used, map, distance }: Scores): ImagePrediction {
  const [value, label] = [score[0]!, used[0]!];
  const verdict = decide(manifest, label, value, undefined, distance?.[0]);
  return { score: value, class: classes[label]!, map: map.slice(), ...(verdict && { isAnomalous: verdict.isAnomalous }) };
}
