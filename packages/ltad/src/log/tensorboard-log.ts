import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeError } from "@ltad/core";
import { type EventFields, eventRecord } from "./event-file.js";
import type { TrainingLog } from "./training-log.js";

/** Event files in `tensorboard/`, a run for each phase, so that TensorBoard draws the losses of a training beside each other. */
export function tensorboardLog(folder: string): TrainingLog {
  const files = new Map<string, string>();
  const write = (phase: string, step: number, values: Readonly<Record<string, number>>) => {
    const time = Date.now() / 1000;
    const known = files.get(phase);
    const path = known ?? join(folder, "tensorboard", phase, `events.out.tfevents.${Math.floor(time)}.${process.pid}.ltad`);
    files.set(phase, path);
    const first: EventFields[] =
      known === undefined
        ? [
            { time, isFirst: true },
            { time, step, isStart: true },
          ]
        : [];
    append(path, [...first, { time, step, values }]);
  };
  return {
    progress: ({ phase, done, values }) => values && write(phase, done - 1, values),
    end: async () => [],
  };
}

function append(path: string, events: readonly EventFields[]): void {
  try {
    if (events.length > 1) mkdirSync(join(path, ".."), { recursive: true });
    appendFileSync(path, Buffer.concat(events.map(eventRecord)));
  } catch (error) {
    throw writeError(path, error);
  }
}
