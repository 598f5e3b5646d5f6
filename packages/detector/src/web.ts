/** Detectors in a browser, under `@ltad/detector/web`: without Node.js, and with the same scores. */
export { decide, limitOf } from "./decide.js";
export type { Limit, Verdict } from "./decide.js";
export { withLimit } from "./edit-decision.js";
export { displayRange, heatMap } from "./heat-map.js";
export type { DisplayRange } from "./heat-map.js";
export type { Manifest } from "./manifest.js";
export { upsampleBilinear } from "./upsample.js";
export type { AnomalyMap, Size } from "./upsample.js";
export { filesOf } from "./web/files-of.js";
export type { BundleFiles } from "./web/files-of.js";
export { openDetector } from "./web/open-detector.js";
export type { WebDetector, WebDetectorOptions, WebPredictOptions, WebPrediction } from "./web/open-detector.js";
export type { WebImage } from "./web/read-image.js";
