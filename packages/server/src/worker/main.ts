// The inference process: a child of the server, because a run of ONNX Runtime blocks its process's event loop.
import { openDetector } from "@ltad/detector";
import type { ToWorker } from "../messages.js";
import { serveJobs } from "./serve-jobs.js";

const answer = serveJobs(
  (message) => process.send?.(message),
  ({ bundle, threads }) => openDetector(bundle, { spinning: false, ...(threads ? { threads } : {}) }),
);
process.on("message", (message: ToWorker) => void answer(message));
process.on("disconnect", () => process.exit(0)); // never outlive the server
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {}); // Ctrl-C reaches us too; the server decides
