/** Helpers for tests, under `@ltad/detector/testing`; needs TensorFlow.js. */
export { tinyParts } from "./testing/tiny-bundle.js";
