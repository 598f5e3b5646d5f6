import type { JobOptions } from "@ltad/core";
import type { Split } from "@ltad/data";
import type { AnyImageEncoder, LoadOptions, TextEncoder } from "@ltad/encoder";
import type { TrainConfig } from "./config/config-schema.js";
import type { EncodedSplit } from "./run/encoded-split.js";

export interface TrainOptions extends JobOptions, Pick<LoadOptions, "hubEndpoint" | "hubToken" | "hubCache"> {
  /** The training images; the order of its classes is the order of the class index. */
  readonly split: Split;
  /** Decides weights, order and noise. */
  readonly seed: number;
  readonly config: TrainConfig;
  /** Folder of the bundle; it holds a checkpoint during the training. */
  readonly out: string;
  /** Folder of encoder weights and features. */
  readonly cacheDir: string;
  /** Largest image, in pixels; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** Never fetch weights. */
  readonly offline?: boolean;
  /** Frozen encoders in place of those that `config.encoder` names. */
  readonly encoders?: Encoders;
  /** The images of the split, encoded by other machines; no image is read then. */
  readonly encoded?: EncodedSplit;
  /** Continue from a checkpoint in `out`. */
  readonly resume?: boolean;
}

/** The frozen halves of LTAD. */
export interface Encoders {
  readonly image: AnyImageEncoder;
  readonly text: TextEncoder;
}
