/** Helpers for tests, under `@ltad/hub/testing`. */
export { orOffline, testCacheDir } from "./testing/offline.js";
export { commit, sha256Of, startHub } from "./testing/start-hub.js";
export type { StartedHub } from "./testing/start-hub.js";
