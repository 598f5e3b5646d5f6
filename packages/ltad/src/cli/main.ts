import { collectAtOnce } from "@ltad/core";
import { processIo } from "./io.js";
import { run } from "./run.js";

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  collectAtOnce();
  // `ltad ... | head` closes our stdout early, which is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true"; // every worker would print ten lines about Node 20
  process.exitCode = await run(process.argv.slice(2), processIo());
}
