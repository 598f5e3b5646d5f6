import type { JobOptions } from "@ltad/core";
import type { Split } from "@ltad/data";
import type { AnyImageEncoder, LoadOptions, TextEncoder } from "@ltad/encoder";
import type { TrainConfig } from "./config/config-schema.js";
import type { FittedConfig } from "./config/fit-config.js";
import type { EncodedSplit } from "./run/encoded-split.js";

/** What is trained, with which settings, and where the result goes. */
export interface TrainOptions extends JobOptions, Pick<LoadOptions, "hubEndpoint" | "hubToken" | "hubCache"> {
  /** The training images. The order of the classes becomes the order of the class index. */
  readonly split: Split;
  /** The seed of weights, order and noise. */
  readonly seed: number;
  readonly config: TrainConfig;
  /** The folder of the bundle, which contains a checkpoint during the training. */
  readonly out: string;
  /** The folder of encoder weights and features. */
  readonly cacheDir: string;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** True to make no network requests, even if weights are missing. */
  readonly offline?: boolean;
  /** Frozen encoders that replace those named by `config.encoder`. */
  readonly encoders?: Encoders;
  /** The images of the split, encoded by other machines; then no image is read. */
  readonly encoded?: EncodedSplit;
  /** True to continue from a checkpoint in `out`. A training that has finished there is not repeated. */
  readonly resume?: boolean;
  /** Seconds for the whole training; the phases are shortened to fit. `config` of the result has the number of steps that were made. */
  readonly budget?: number | undefined;
  /** Is called with a sentence about each decision made during the training. */
  readonly onNote?: (note: string) => void;
  /** With `resume`: true to replace the finished model of another training if `out` has no checkpoint. */
  readonly force?: boolean;
  /** Is called when the model has been written but does not count as finished yet, to add files that belong to it. */
  readonly onModel?: (config: FittedConfig) => Promise<void>;
}

/** The frozen encoders of a model. */
export interface Encoders {
  readonly image: AnyImageEncoder;
  /** The text encoder; not needed if no module uses text. */
  readonly text?: TextEncoder | undefined;
}
