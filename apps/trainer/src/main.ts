#!/usr/bin/env node
import { processIo } from "ltad/cli";
import { run } from "ltad/cli";

// `ltad ... | head` closes our stdout early: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), processIo());
