import type { TextEncoder } from "@ltad/encoder";
import type { ClassStatistics, FeatureSpec } from "@ltad/features";
import type { TrainConfig } from "../config/config-schema.js";
import type { TrainingSet } from "./training-set.js";

/** What every step of a training looks at. */
export interface Training {
  readonly set: TrainingSet;
  readonly spec: FeatureSpec;
  readonly config: TrainConfig;
  readonly seed: number;
  readonly statistics: ClassStatistics;
}

/** A training with class names. */
export interface NamedTraining extends Training {
  readonly text: TextEncoder;
}
