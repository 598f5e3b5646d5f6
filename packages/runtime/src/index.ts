export { checkInputs } from "./check-inputs.js";
export { openProgram } from "./open-program.js";
export { runtimeInfo } from "./runtime-info.js";
export { createSession } from "./session.js";
export type { GraphSpecs } from "./check-graph.js";
export type { InputsOf, Program, RuntimeOptions, TensorSpec, TensorSpecs } from "./program.js";
export type { RuntimeInfo } from "./runtime-info.js";
export type { Session } from "./session.js";
export type { SessionOptions } from "./session-settings.js";
