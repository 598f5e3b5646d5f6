import { isLtadError } from "@ltad/core";
import type { Detector } from "@ltad/detector";
import { answerJob, describeModel } from "./answer-job.js";
import type { Failure, FromWorker, ToWorker, WorkerOptions } from "../messages.js";

/** The inference process without its process: answers messages by sending others. Jobs are worked off one after another. */
export function serveJobs(
  send: (message: FromWorker) => void,
  open: (options: WorkerOptions) => Promise<Detector>,
): (message: ToWorker) => Promise<void> {
  let opened: { readonly detector: Detector; readonly options: WorkerOptions } | undefined;
  return async (message) => {
    if (message.type === "open") {
      try {
        opened = { detector: await open(message.options), options: message.options };
        send({ type: "ready", model: describeModel(opened.detector) });
      } catch (error) {
        send({ type: "failed", error: failureOf(error) });
      }
      return;
    }
    const { id, job } = message;
    try {
      if (!opened) throw new Error("a job came before the bundle was open");
      send({ type: "answer", id, answer: await answerJob(opened.detector, job, opened.options.maxPixels) });
    } catch (error) {
      send({ type: "refused", id, error: failureOf(error) });
    }
  };
}

/** What may be told of an error: the words of our own errors; of a bug, its message for the log. */
function failureOf(error: unknown): Failure {
  if (isLtadError(error)) return { code: error.code, message: error.message };
  return { code: "LTAD_INTERNAL", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
