import type { HeadConfig } from "./head.js";
import { type FeatureSpec, groupSize } from "@ltad/features";
import type { ReconstructConfig } from "@ltad/reconstruct";
import type { TrainConfig } from "../config/config-schema.js";

/** The modules' own configs: a training config with the sizes that follow from encoder and features. */
export function headConfig({ groups, reconstruct, semantic, score }: TrainConfig, spec: FeatureSpec, textSize: number): HeadConfig {
  const sizes = groups.map((group) => groupSize(spec, group));
  return {
    groups,
    score,
    reconstruct: reconstructConfig(reconstruct, spec, patchSize(sizes)),
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
export function patchSize(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

function reconstructConfig(config: TrainConfig["reconstruct"], { grid, zSize }: FeatureSpec, channels: number): ReconstructConfig {
  const shape = { channels, grid: [grid, grid] as const };
  if (config.kind !== "uniad") return { ...shape, ...config, zSize };
  const { neighbourhood, ...sizes } = config;
  return { ...shape, ...sizes, neighbours: neighbourhood === 0 ? false : [neighbourhood, neighbourhood] };
}
