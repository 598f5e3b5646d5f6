/** `ltad/cli`: the command line as a function, for programs that wrap it. */
export { processIo } from "./cli/io.js";
export { main } from "./cli/main.js";
export { run } from "./cli/run.js";
export type { Io } from "./cli/io.js";
