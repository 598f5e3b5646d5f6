export { createClient } from "./client.js";
export { isServerError, ServerError } from "./server-error.js";
export type { Client, ClientOptions } from "./client.js";
export type { InferOptions, Inference } from "./infer.js";
export type { ModelMetadata } from "./metadata.js";
export type { ImageMap, Prediction, PredictOptions } from "./predict.js";
export type { CallOptions, Image, Pixels } from "./transport.js";
