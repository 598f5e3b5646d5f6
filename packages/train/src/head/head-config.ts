import type { HeadConfig } from "./head.js";
import { type FeatureSpec, type GroupLayout, groupSize } from "@ltad/features";
import type { ReconstructConfig } from "@ltad/reconstruct";
import type { TrainConfig } from "../config/config-schema.js";

/** The configs of the modules: a training config with the sizes that follow from encoders and features. */
export function headConfig({ groups, reconstruct, semantic, score }: TrainConfig, spec: FeatureSpec, textSize: number): HeadConfig {
  const sizes = groups.map((group) => groupSize(spec, group));
  return {
    spec,
    groups,
    score,
    reconstruct: reconstructConfig(reconstruct, spec, sum(sizes)),
    semantic: {
      kind: semantic.kind,
      logit: score.semantic === "posterior" ? "posterior" : "direction",
      groups: sizes,
      textSize,
      ...(semantic.kind === "mlp" && { hidden: semantic.width }),
    },
  };
}

/** D: channels of all groups together. */
export function patchSize({ groups, spec }: GroupLayout): number {
  return sum(groups.map((group) => groupSize(spec, group)));
}

function reconstructConfig(config: TrainConfig["reconstruct"], { grid, zSize }: FeatureSpec, channels: number): ReconstructConfig {
  const shape = { channels, grid: [grid, grid] as const };
  if (config.kind !== "uniad") return { ...shape, ...config, zSize };
  const { neighbourhood, ...sizes } = config;
  return { ...shape, ...sizes, neighbours: neighbourhood === 0 ? false : [neighbourhood, neighbourhood] };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
