import type { FeatureSpec } from "@ltad/features";
import type { ReconstructConfig } from "@ltad/reconstruct";
import type { SemanticConfig } from "@ltad/semantic";
import type { TrainConfig } from "../config/config-schema.js";
import type { HeadConfig } from "./head.js";

/** The configs of the modules: a training config with the sizes that follow from encoders and features. */
export function headConfig({ whitening, reconstruct, semantic, score }: TrainConfig, spec: FeatureSpec, textSize: number): HeadConfig {
  // Whitening mixes the channels of all stages: one Phi sees them all. Without it each stage has a Phi_l of its own, as in the paper.
  const groups = whitening.by === "class" ? [spec.channels] : spec.stages.map(({ channels }) => channels);
  return {
    spec,
    score,
    ...(reconstruct.kind !== "none" && { reconstruct: reconstructConfig(reconstruct, spec) }),
    ...(semantic.kind !== "none" && { semantic: semanticConfig(semantic, score.semantic, { groups, textSize }) }),
  };
}

function reconstructConfig(config: Exclude<TrainConfig["reconstruct"], { kind: "none" }>, spec: FeatureSpec): ReconstructConfig {
  const { grid, zSize, channels } = spec;
  const shape = { channels, grid: [grid, grid] as const };
  if (config.kind !== "uniad") return { ...shape, ...config, zSize };
  const { neighbourhood, ...sizes } = config;
  return { ...shape, ...sizes, neighbours: neighbourhood === 0 ? false : [neighbourhood, neighbourhood] };
}

function semanticConfig(
  config: Exclude<TrainConfig["semantic"], { kind: "none" }>,
  form: TrainConfig["score"]["semantic"],
  sizes: Pick<SemanticConfig, "groups" | "textSize">,
): SemanticConfig {
  const logit = form === "posterior" ? "posterior" : "direction";
  return { kind: config.kind, logit, ...sizes, ...(config.kind === "mlp" && { hidden: config.width }) };
}
