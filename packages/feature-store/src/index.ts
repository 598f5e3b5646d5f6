export { encodeFiles } from "./encode-files.js";
export { encodeImages } from "./feature-cache.js";
export { featuresId } from "./features-id.js";
export type { EncodeFilesOptions } from "./encode-files.js";
export type { EncodeOptions, FeatureProgram, FeatureStore, FileEncoder, ImageFeatures } from "./feature-cache.js";
export type { InputSpec } from "./features-id.js";
