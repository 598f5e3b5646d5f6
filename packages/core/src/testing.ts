/** Helpers for tests, under `@ltad/core/testing`. */
export { expectClose, largest } from "./expect-close.js";
export type { Tolerance } from "./expect-close.js";
