/** Helpers for tests, under `@ltad/detector/testing`. */
export { tinyParts, tinyPartsByClass } from "./testing/tiny-bundle.js";
