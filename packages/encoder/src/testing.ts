/** Helpers for tests, under `@ltad/encoder/testing`. */
export { randomParams, tinyImageEncoder } from "./testing/tiny-encoders.js";
export { orOffline, testCacheDir } from "./testing/offline.js";
