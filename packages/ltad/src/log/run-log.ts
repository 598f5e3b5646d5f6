import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { isLtadError, version, writeError } from "@ltad/core";
import { classCounts } from "./class-counts.js";
import type { Described, TrainingLog } from "./training-log.js";

/**
 * `log.jsonl` in the folder of the training, one JSON object a line: its start, each phase, each step with its numbers, and its end. A training
 * that is resumed goes on in the same file; of a step that is there twice, the later one counts.
 */
export function runLog(folder: string, { options, plan }: Described): TrainingLog {
  const path = join(folder, "log.jsonl");
  const write = (event: string, fields: object) => append(path, { time: new Date().toISOString(), event, ...fields });
  const { split, config } = plan;
  const { protocol, seed } = split;
  write("start", { version, resume: options.resume ?? false, protocol, seed, images: classCounts(split), config });
  let current = "";
  return {
    progress({ phase, done, total, unit, values }) {
      if (phase !== current) write("phase", { phase, total, unit });
      current = phase;
      if (values) write("step", { phase, step: done - 1, ...values });
    },
    async end(error) {
      const isStop = isLtadError(error) && error.code === "LTAD_ABORTED";
      if (error === undefined) write("end", {});
      else write(isStop ? "stop" : "failure", { message: error instanceof Error ? error.message : JSON.stringify(error) });
      return [];
    },
  };
}

/** A line is whole on disk, or missing, also when the process is killed after it. */
function append(path: string, line: object): void {
  try {
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw writeError(path, error);
  }
}
