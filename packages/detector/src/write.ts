/** `@ltad/detector/write`: the scoring function and its graph. Needs TensorFlow.js, which loading and predicting do not. */
export { headConstants, headGraph, headTensors } from "./head-graph.js";
export type { HeadArrays } from "./head-graph.js";
export { rawScores, scoreHead } from "./head.js";
export type { Calibration, HeadConfig, HeadTensors, RawScores, ScoreConfig } from "./head.js";
