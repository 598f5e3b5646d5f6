// The inference process: a child of the server, because a run of ONNX Runtime blocks its process's event loop.
import { collectAtOnce } from "@ltad/core";
import { openDetector } from "@ltad/detector";
import { runtimeInfo } from "@ltad/runtime";
import type { ToWorker } from "../messages.js";
import { serveJobs } from "./serve-jobs.js";

collectAtOnce();
const answer = serveJobs(
  (message) => process.send?.(message),
  async ({ bundle, threads }) => {
    const detector = await openDetector(bundle, threads ? { threads } : {});
    const { problem } = await runtimeInfo();
    if (problem !== undefined) process.stderr.write(`warning ${problem}\n`);
    return detector;
  },
);
process.on("message", (message: ToWorker) => void answer(message));
process.on("disconnect", () => process.exit(0)); // never outlive the server
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {}); // Ctrl-C reaches us too; the server decides
