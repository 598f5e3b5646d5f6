import type { TestItem } from "@ltad/data";
import type { KnownClass } from "./match-classes.js";

/** The prediction of a model for one image. */
export interface ImagePrediction {
  readonly score: number;
  /** The class that the model used. */
  readonly class: string;
  /** True when the image is not OK by the limits of the model; undefined if the model has none. */
  readonly isAnomalous?: boolean;
  /** Anomaly map on the model's grid, [g * g]. */
  readonly map: Float32Array;
}

/** One test image and its prediction. */
export interface TestedImage extends ImagePrediction {
  readonly item: TestItem;
}

/** The test images of one class. */
export interface TestedClass extends KnownClass {
  readonly images: readonly TestedImage[];
}
