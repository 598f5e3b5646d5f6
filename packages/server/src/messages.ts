import type { LtadErrorCode } from "@ltad/core";
import type { AnomalyMap } from "@ltad/detector";

/** One image to judge: what the server asks of the inference process. */
export interface Job {
  /** Content of an image file. */
  readonly image: Uint8Array;
  readonly class?: string | undefined;
  /** Size of the map in the answer. */
  readonly map: "none" | "grid" | "image";
  /** Whether to draw the overlay. */
  readonly heatmap: boolean;
}

/** What the inference process says of one image. */
export interface Answer {
  readonly score: number;
  readonly class: string;
  readonly classGiven: boolean;
  /** Size of the image, upright. */
  readonly width: number;
  readonly height: number;
  readonly map?: AnomalyMap;
  /** PNG */
  readonly heatmap?: Uint8Array;
  /** Milliseconds by part. */
  readonly timing: Readonly<Record<string, number>>;
}

/** What is served, for metadata. */
export interface ModelInfo {
  readonly classes: readonly string[];
  readonly created: string;
  readonly producer: string;
  readonly preset: string;
  readonly encoder: string;
  readonly inputSize: number;
  readonly grid: number;
}

/** How to open the bundle. */
export interface WorkerOptions {
  readonly bundle: string;
  readonly threads?: number | undefined;
  readonly maxPixels: number;
}

/** An error on its way between processes. */
export interface Failure {
  readonly code: LtadErrorCode | "LTAD_INTERNAL";
  readonly message: string;
}

export type ToWorker =
  | { readonly type: "open"; readonly options: WorkerOptions }
  | { readonly type: "job"; readonly id: number; readonly job: Job };

export type FromWorker =
  | { readonly type: "ready"; readonly model: ModelInfo }
  | { readonly type: "failed"; readonly error: Failure }
  | { readonly type: "answer"; readonly id: number; readonly answer: Answer }
  | { readonly type: "refused"; readonly id: number; readonly error: Failure };
