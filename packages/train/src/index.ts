export { configSchema } from "./config/config-schema.js";
export { presets } from "./config/presets.js";
export { resolveConfig } from "./config/resolve-config.js";
export { train } from "./train.js";
export type { TrainConfig } from "./config/config-schema.js";
export type { ConfigSources } from "./config/resolve-config.js";
export type { HistoryRow } from "./run/run-phase.js";
export type { TrainOptions, TrainResult, TrainTiming } from "./train.js";
