import type { JobOptions } from "@ltad/core";
import type { Split } from "@ltad/data";
import type { AnyImageEncoder, LoadOptions, TextEncoder } from "@ltad/encoder";
import type { TrainConfig } from "./config/config-schema.js";
import type { FittedConfig } from "./config/fit-config.js";
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
  /** Continue from a checkpoint in `out`; a training that has finished there is not done again. */
  readonly resume?: boolean;
  /** Seconds for the whole training: the phases are shortened to fit. `config` of the result has the steps that were made. */
  readonly budget?: number | undefined;
  /** Called with what is decided on the way, in a sentence. */
  readonly onNote?: (note: string) => void;
  /** With `resume`: replace the finished model of another training where `out` holds no checkpoint. */
  readonly force?: boolean;
  /** Called when the model is written, before the training counts as finished: for files that belong to it. */
  readonly onModel?: (config: FittedConfig) => Promise<void>;
}

/** The frozen halves of LTAD. */
export interface Encoders {
  readonly image: AnyImageEncoder;
  /** Not needed where no module reads text. */
  readonly text?: TextEncoder | undefined;
}
