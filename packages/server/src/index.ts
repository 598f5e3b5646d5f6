export { startServer } from "./server.js";
export type { RunningServer, ServerOptions } from "./server.js";
export type { TracingOptions } from "./tracing/tracing.js";
