/** `ltad/cli`: the command line as a function, for the bin and for tests. */
export { processIo } from "./cli/io.js";
export { run } from "./cli/run.js";
export type { Io } from "./cli/io.js";
