export { configSchema } from "./config/config-schema.js";
export { presets } from "./config/presets.js";
export { resolveConfig } from "./config/resolve-config.js";
export { train } from "./train.js";
export type { TrainConfig } from "./config/config-schema.js";
export type { ConfigSources } from "./config/resolve-config.js";
export type { HistoryRow } from "./run/history.js";
export type { Encoders, TrainOptions } from "./train-options.js";
export type { TrainResult, TrainTiming } from "./train-result.js";
