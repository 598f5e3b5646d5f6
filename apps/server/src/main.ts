#!/usr/bin/env node
import { isLtadError } from "@ltad/core";
import { CommanderError } from "commander";
import { serverCommand } from "./command.js";
import { exitCode } from "./exit-codes.js";
import { startServer } from "@ltad/server";
import { serverOptionsOf } from "@ltad/server/command";

const command = serverCommand(async ({ bundle, port, ...options }) => {
  const server = await startServer({ bundle, port, ...serverOptionsOf(options, process.stderr) });
  console.error(`Serving ${bundle} at ${server.url}`);
  const stop = (signal: string) => {
    console.error(`${signal}: finishing; once more to stop at once`);
    process.once(signal, () => process.exit(1));
    void server.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop(signal));
}).exitOverride();

try {
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(isLtadError(error) ? `${error.code}: ${error.message}` : error); // anything else is a bug: with its stack
  process.exit(exitCode(error));
}
