import type { TextEncoder } from "@ltad/encoder";
import type { FeatureSpec } from "@ltad/features";
import type { TrainConfig } from "../config/config-schema.js";
import type { TrainingSet } from "./training-set.js";

/** What every step of a training looks at. */
export interface Training {
  readonly set: TrainingSet;
  readonly spec: FeatureSpec;
  readonly config: TrainConfig;
  readonly text: TextEncoder;
  readonly seed: number;
}
