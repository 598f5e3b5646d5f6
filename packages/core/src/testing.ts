/** Helpers for tests, under `@ltad/core/testing`. */
export { wrongCalls } from "./wrong-calls.js";
export { expectClose, largest } from "./expect-close.js";
export type { Tolerance } from "./expect-close.js";
