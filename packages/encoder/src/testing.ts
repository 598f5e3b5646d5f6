/** Helpers for tests, under `@ltad/encoder/testing`. */
export { randomParams, tinyImageEncoder, tinyTextEncoder } from "./testing/tiny-encoders.js";
export { orOffline, testCacheDir } from "@ltad/hub/testing";
