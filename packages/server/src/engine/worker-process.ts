import { type ChildProcess, fork } from "node:child_process";
import type { Failure, FromWorker, Job, ModelInfo, ToWorker, WorkerOptions } from "../messages.js";

export interface WorkerProcessOptions extends WorkerOptions {
  /** The worker's file. */
  readonly worker: string | URL;
}

/** What happens to a process, told to its owner. */
export interface WorkerEvents {
  readonly ready: (model: ModelInfo) => void;
  /** The bundle cannot be opened. */
  readonly failed: (error: Failure) => void;
  readonly result: (message: Extract<FromWorker, { id: number }>) => void;
  /** It has ended: "was ended by SIGKILL". Comes last, and once. */
  readonly ended: (how: string) => void;
  readonly problem: (message: string) => void;
}

/** An inference process. */
export interface WorkerProcess {
  send(id: number, job: Job): void;
  kill(): void;
  /** Lets it end after what it works on; kills it when that takes longer than the milliseconds given. */
  end(patience: number): Promise<void>;
}

/** Starts an inference process, which opens the bundle. */
export function startWorkerProcess({ worker, ...options }: WorkerProcessOptions, events: WorkerEvents): WorkerProcess {
  const child = fork(worker, [], { serialization: "advanced", stdio: ["ignore", 2, 2, "ipc"] });
  tell(child, { type: "open", options: workerOptions(options) });
  child.on("message", (message: FromWorker) => {
    if (message.type === "ready") events.ready(message.model);
    else if (message.type === "failed") events.failed(message.error);
    else events.result(message);
  });
  child.on("error", (error) => events.problem(`the inference process cannot be reached: ${error.message}`));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      events.ended(signal ? `was ended by ${signal}` : `ended with code ${code}`);
      resolve();
    });
  });
  return {
    send: (id, job) => tell(child, { type: "job", id, job }),
    kill: () => void child.kill("SIGKILL"),
    async end(patience) {
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill("SIGKILL"), patience);
      await ended;
      clearTimeout(force);
    },
  };
}

/** What the process is told: the pool's options have more, which cannot be sent. */
function workerOptions({ bundle, threads, maxPixels, falseAlarmRate, limits }: WorkerOptions): WorkerOptions {
  return { bundle, threads, maxPixels, falseAlarmRate, limits };
}

/** A process that dies while a message is on its way gives an error here and its end a moment later: the end counts. */
function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
