#!/usr/bin/env node
import { exitCodeOf, exitCodes, isLtadError } from "@ltad/core";
import { startServer } from "@ltad/server";
import { serverCommand } from "@ltad/server/command";

const command = serverCommand(async ({ logLevel, ...options }) => {
  const server = await startServer({ ...options, logger: { level: logLevel, stream: process.stderr } });
  console.error(`Serving ${options.bundle} at ${server.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(signal, server.close()));
}).exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse));

function stop(signal: NodeJS.Signals, closed: Promise<void>): void {
  console.error(`${signal}: finishing; once more to stop at once`);
  process.once(signal, () => process.exit(exitCodes.failed));
  void closed.then(() => process.exit(exitCodes.done));
}

await command.parseAsync().catch((error: unknown) => {
  console.error(isLtadError(error) ? `${error.code}: ${error.message}` : error); // anything else is a bug: with its stack
  process.exit(isLtadError(error) ? (exitCodeOf[error.code] ?? exitCodes.failed) : exitCodes.failed);
});
