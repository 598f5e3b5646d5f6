import { isLtadError } from "@ltad/core";
import type { Detector } from "@ltad/detector";
import { answerJob } from "./answer-job.js";
import { checkDecision } from "./check-decision.js";
import { describeModel } from "./describe-model.js";
import { TooLarge } from "./too-large.js";
import type { Failure, FromWorker, ToWorker, WorkerOptions } from "../messages.js";

/** What the inference process does, without the process: it answers messages by sending others, one after another. */
export function serveJobs(
  send: (message: FromWorker) => void,
  open: (options: WorkerOptions) => Promise<Detector>,
): (message: ToWorker) => Promise<void> {
  let opened: { readonly detector: Detector; readonly options: WorkerOptions } | undefined;
  return async (message) => {
    if (message.type === "open") {
      try {
        opened = { detector: await open(message.options), options: message.options };
        checkDecision(opened.detector, message.options);
        send({ type: "ready", model: await describeModel(opened.detector) });
      } catch (error) {
        send({ type: "failed", error: failureOf(error) });
      }
      return;
    }
    const { id, job } = message;
    try {
      if (!opened) throw new Error("a job came before the bundle was open");
      send({ type: "answer", id, answer: await answerJob(opened.detector, job, opened.options) });
    } catch (error) {
      send({ type: "refused", id, error: failureOf(error) });
    }
  };
}

/** An error for the parent process: our own errors as they are, a bug with its stack for the log. */
function failureOf(error: unknown): Failure {
  if (isLtadError(error)) return { code: error.code, message: error.message.replace(/, or allow more \(--max-pixels.*?\)/, "") }; // an option of this machine, not of the client
  if (error instanceof TooLarge) return { code: "LTAD_TOO_LARGE", message: error.message };
  return { code: "LTAD_INTERNAL", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
