export { encodeFiles } from "./encode-files.js";
export { featuresId } from "./features-id.js";
export { openOneThread } from "./one-thread.js";
export type { FeatureStore, ImageFeatures } from "./cache.js";
export type { EncodedFiles, EncodeFilesOptions } from "./encode-files.js";
export type { ImageEncoder, ImageFile, TurnedFile } from "./encode-image.js";
export type { FrozenEncoder, InputSpec } from "./features-id.js";
export type { Tiles } from "@ltad/runtime";
