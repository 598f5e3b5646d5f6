/** Settings and presets, under `@ltad/train/config`, without the training and without TensorFlow.js. */
export { configJsonSchema } from "./config/config-json-schema.js";
export { configSchema } from "./config/config-schema.js";
export { presets } from "./config/presets.js";
export { resolveConfig } from "./config/resolve-config.js";
export type { TrainConfig } from "./config/config-schema.js";
export type { ConfigSources } from "./config/resolve-config.js";
