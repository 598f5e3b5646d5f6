#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { collectAtOnce, exitCodeOf, exitCodes, isLtadError } from "@ltad/core";
import { startServer } from "@ltad/server";
import { serverCommand, supervise } from "@ltad/server/command";

// Two processes run this file: one that watches, and one that serves and starts again when it dies.
const watched = "LTAD_WATCHED";

const command = serverCommand(async ({ logLevel, ...options }) => {
  collectAtOnce();
  const server = await startServer({ ...options, logger: { level: logLevel, stream: process.stderr } });
  const names = [...Object.values(options.models ?? {}), options.repository].filter((name) => name !== undefined).join(", ");
  console.error(`Serving ${names} at ${server.url}${server.grpc ? `, gRPC at ${server.grpc}` : ""}`);
  process.send?.("serving");
  process.on("SIGHUP", () => void server.reload());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(signal, server.close()));
  process.once("disconnect", () => stop("the watching process has ended", server.close()));
}, process.env).exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse));

function stop(why: string, closed: Promise<void>): void {
  console.error(`${why}: answering what has come; press again to stop immediately`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(exitCodes.failed));
  void closed.then(() => process.exit(exitCodes.done));
}

async function serve(): Promise<void> {
  await command.parseAsync().catch((error: unknown) => {
    console.error(isLtadError(error) ? `${error.code}: ${error.message}` : error); // anything else is a bug: with its stack
    process.exit(isLtadError(error) ? (exitCodeOf[error.code] ?? exitCodes.failed) : exitCodes.failed);
  });
}

if (process.env[watched] && process.send) await serve();
else {
  const code = await supervise({
    file: fileURLToPath(import.meta.url),
    args: process.argv.slice(2),
    env: { ...process.env, [watched]: "1" },
    log: (message) => console.error(message),
    onSignal: (signal, handler) => process.on(signal, handler),
  });
  process.exit(code);
}
