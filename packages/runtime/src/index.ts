export { checkInputs } from "./check-inputs.js";
export { openProgram } from "./open-program.js";
export { createSession, fromOrt, toOrt } from "./session.js";
export type { GraphSpecs } from "./check-graph.js";
export type { InputsOf, Program, RuntimeOptions, TensorSpec, TensorSpecs } from "./program.js";
export type { OpenSession, OrtTensor } from "./session.js";
export type { SessionOptions } from "./session-settings.js";
