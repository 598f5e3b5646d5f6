import { type JobOptions, throwIfAborted } from "@ltad/core";
import { decide, type Detector, type Scores } from "@ltad/detector";
import type { FeatureStore } from "@ltad/feature-store";
import type { ImagePrediction } from "./tested-image.js";

/** How encoded images are scored. */
export interface ScoreFeaturesOptions extends JobOptions {
  /** "folder" gives the model the class of each image; "predicted" lets the model predict it. */
  readonly classes: "folder" | "predicted";
}

/**
 * Scores images that are already encoded with the head of a model, one after another. Maps have the size of the model's grid.
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
