import type { LtadErrorCode } from "@ltad/core";
import type { ClassUsual } from "@ltad/detector";

/** An image that came as a tensor: RGB, [height * width * 3]. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One image to judge: what the server sends to the inference process. */
export interface Job {
  /** Content of an image file, or its pixels. */
  readonly image: Uint8Array | Pixels;
  readonly class?: string | undefined;
  /** Share of good images that may be judged not good; by default, that of the server, else of the model. */
  readonly falseAlarmRate?: number | undefined;
  /** Size of the map in the answer. */
  readonly map: "none" | "grid" | "image";
  /** Whether its two parts come with the map. */
  readonly parts?: boolean | undefined;
  /** What the map is sent as: numbers, the text of a JSON array, or a 16-bit PNG. The inference process makes each of them. */
  readonly mapAs?: "numbers" | "text" | "png" | undefined;
  /** Whether to draw the overlay. */
  readonly heatmap: boolean;
}

/** A map: float32 numbers, or bytes of text or of a PNG. In a PNG, value = low + (high - low) * grey / 65535. */
export interface AnswerMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array | Uint8Array;
  readonly low?: number;
  readonly high?: number;
}

/** What a bundle with limits says about a score; one without limits says nothing. */
export interface Decision {
  readonly threshold?: number | undefined;
  readonly pValue?: number | undefined;
  readonly isAnomalous?: boolean | undefined;
  /** What the threshold rests on. */
  readonly basis?: "promised" | "estimated" | "set" | undefined;
  /** Whether the image looks like none of its class, which makes it anomalous whatever its score. */
  readonly isUnlike?: boolean | undefined;
  /** The class that an anomalous image is nearest to, where that is not the given one. */
  readonly nearestClass?: string | undefined;
}

/** The answer of the inference process for one image. */
export interface Answer extends Decision {
  readonly score: number;
  readonly class: string;
  readonly classGiven: boolean;
  /** How far the image is from its class; absent for models that do not say it. */
  readonly distance?: number;
  /** Size of the image, upright. */
  readonly width: number;
  readonly height: number;
  readonly map?: AnswerMap;
  /** S_rec and S_sem, of the size and form of the map. */
  readonly parts?: { readonly rec: AnswerMap; readonly sem: AnswerMap };
  /** PNG */
  readonly heatmap?: Uint8Array;
  /** When the inference process began with it, in milliseconds since 1970. */
  readonly began?: number;
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
  /** Hash of model.json, which has the hashes of all files: processes that serve one model have the same. */
  readonly identity: string;
  /** Whether it answers here what it answered when it was trained; null when the bundle does not say what that was. */
  readonly answersAsTrained: boolean | null;
  /** Whether the bundle has limits, and answers decide. */
  readonly decides: boolean;
  /** What is usual of good images of each class; absent for models that do not know any. */
  readonly usual?: readonly ClassUsual[];
}

/** How to open the bundle. */
export interface WorkerOptions {
  readonly bundle: string;
  readonly threads?: number | undefined;
  readonly maxPixels: number;
  /** Share of good images that may be judged not good; that of the bundle by default. */
  readonly falseAlarmRate?: number | undefined;
  /** Limits of classes, by their names, in place of those of the bundle. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** An error on its way between processes. */
export interface Failure {
  readonly code: LtadErrorCode | "LTAD_INTERNAL" | "LTAD_TOO_LARGE";
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
