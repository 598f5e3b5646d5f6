/** Helpers for tests, under `@ltad/evaluate/testing`. */
export { npyBytes } from "./testing/npy-bytes.js";
export { tinyDataset } from "./testing/tiny-dataset.js";
