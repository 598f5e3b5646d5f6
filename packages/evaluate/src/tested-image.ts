import type { TestItem } from "@ltad/data";
import type { KnownClass } from "./match-classes.js";

/** What the model answers for one image. */
export interface ImagePrediction {
  readonly score: number;
  /** The class that the model used. */
  readonly class: string;
  /** Whether it is not OK by the limits of the model; absent where it has none. */
  readonly isAnomalous?: boolean;
  /** Anomaly map on the model's grid, [g * g]. */
  readonly map: Float32Array;
}

/** One test image and the model's answer. */
export interface TestedImage extends ImagePrediction {
  readonly item: TestItem;
}

/** The test images of one class. */
export interface TestedClass extends KnownClass {
  readonly images: readonly TestedImage[];
}
