import { bytesOf, type CallOptions, floats, fromBase64, type Image, type Send } from "./transport.js";

/** Options of `predict`. */
export interface PredictOptions extends CallOptions {
  /** The class of the image; by default, the model predicts it. */
  readonly class?: string;
  /** Adds the anomaly map, on the model's grid or at the size of the image. */
  readonly map?: "grid" | "image";
  /** Adds the two parts of the map, S_rec and S_sem. */
  readonly parts?: boolean;
  /** Adds the image with its heat map, a PNG. */
  readonly overlay?: boolean;
  /** The name of the model; by default, the first one of the server. */
  readonly model?: string;
}

/** An anomaly map, row by row; higher is more anomalous. */
export interface ImageMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The prediction for one image. */
export interface Prediction {
  /** A higher score is more anomalous; scores are comparable within one model only. */
  readonly score: number;
  /** The decision. This field and the next two are missing for models without limits. */
  readonly isAnomalous?: boolean;
  /** The image is anomalous if its score is above this. */
  readonly threshold?: number;
  /** The share of good images with at least this score, 0..1. */
  readonly pValue?: number;
  readonly class: string;
  /** False when the model chose the class. */
  readonly classGiven: boolean;
  /** The size of the image in pixels. */
  readonly width: number;
  readonly height: number;
  readonly map?: ImageMap;
  /** S_rec: how badly each position is reconstructed. */
  readonly recMap?: ImageMap;
  /** S_sem: how close each position is to the words for a broken product. */
  readonly semMap?: ImageMap;
  /** A PNG. */
  readonly overlay?: Uint8Array<ArrayBuffer>;
  readonly model: string;
  readonly modelVersion: string;
  /** How long each part took, in milliseconds. */
  readonly timing: Readonly<Record<string, number>>;
}

interface WrittenMap {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

/** What the server writes. */
interface Written {
  readonly score: number;
  readonly is_anomalous?: boolean;
  readonly threshold?: number;
  readonly p_value?: number;
  readonly class: string;
  readonly class_given: boolean;
  readonly width: number;
  readonly height: number;
  readonly map?: WrittenMap;
  readonly map_rec?: WrittenMap;
  readonly map_sem?: WrittenMap;
  readonly heatmap?: string;
  readonly model: string;
  readonly model_version: string;
  readonly timing: Readonly<Record<string, number>>;
}

/** POST /predict. */
export async function predict(
  send: Send,
  image: Image,
  { class: name, map, parts, overlay, model, signal }: PredictOptions = {},
): Promise<Prediction> {
  const query = new URLSearchParams();
  if (name !== undefined) query.set("class", name);
  if (map !== undefined) query.set("map", map);
  if (parts) query.set("parts", "true");
  if (map !== undefined || parts) query.set("map_format", "float32");
  if (overlay) query.set("heatmap", "true");
  if (model !== undefined) query.set("model", model);
  const init = { method: "POST", headers: { "content-type": "application/octet-stream" }, ...(signal && { signal }) };
  const response = await send(`/predict?${query.toString()}`, { ...init, body: await bytesOf(image) });
  const found = (await response.json()) as Written;
  return {
    score: found.score,
    ...(found.is_anomalous !== undefined && { isAnomalous: found.is_anomalous }),
    ...(found.threshold !== undefined && { threshold: found.threshold }),
    ...(found.p_value !== undefined && { pValue: found.p_value }),
    class: found.class,
    classGiven: found.class_given,
    width: found.width,
    height: found.height,
    ...(found.map && { map: mapOf(found.map) }),
    ...(found.map_rec && { recMap: mapOf(found.map_rec) }),
    ...(found.map_sem && { semMap: mapOf(found.map_sem) }),
    ...(found.heatmap !== undefined && { overlay: fromBase64(found.heatmap) }),
    model: found.model,
    modelVersion: found.model_version,
    timing: found.timing,
  };
}

function mapOf({ width, height, data }: WrittenMap): ImageMap {
  return { width, height, values: floats(fromBase64(data)) };
}
