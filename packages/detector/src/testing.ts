/** Helpers for tests, under `@ltad/detector/testing`. */
export { tinyParts } from "./testing/tiny-bundle.js";
