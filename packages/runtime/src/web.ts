/** ONNX graphs in a browser, under `@ltad/runtime/web`, without Node.js. */
export { openProgram, webRuntimeFields } from "./web/open-program.js";
export type { WebRuntimeOptions } from "./web/open-program.js";
export { tiledProgram } from "./tiled-program.js";
export type { GraphSpecs } from "./check-graph.js";
export type { InputsOf, Program, TensorSpec, TensorSpecs } from "./program.js";
export type { Tiles, Tiling } from "./tiles.js";
