/** Helpers for tests, under `@ltad/jit/testing`. */
export { expectSameSteps, expectSameValues } from "./testing/compiled.js";
export { descend, differentiate, leaves } from "./testing/differentiate.js";
