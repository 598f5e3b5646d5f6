import { type ChildProcess, fork } from "node:child_process";
import { LtadError } from "@ltad/core";
import type { Engine } from "./engine.js";
import { HttpError } from "./http-error.js";
import type { Answer, Failure, FromWorker, Job, ModelInfo, ToWorker, WorkerOptions } from "./messages.js";

export interface ChildEngineOptions extends WorkerOptions {
  /** The worker's file. */
  readonly worker: string | URL;
  /** Jobs that may wait; more are refused. */
  readonly maxQueue: number;
  /** Milliseconds one image may take; the process is stopped then. Also the longest wait for its turn. */
  readonly timeout: number;
  /** Told what happens to the process and of bugs in it. */
  readonly log: (message: string) => void;
}

interface Pending {
  readonly id: number;
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Inference in a child process, one image at a time, with the others in a queue. When the process dies or hangs, the request
 * in work fails, and a new process starts.
 * @throws LtadError when the bundle cannot be opened
 */
export async function startChildEngine(options: ChildEngineOptions): Promise<Engine> {
  const engine = new ChildEngine(options);
  await engine.start();
  return engine;
}

/** A class because it is a process with a life: starting, ready, working, stopped. */
class ChildEngine implements Engine {
  #child: ChildProcess | undefined;
  #model: ModelInfo | undefined;
  #ready = false;
  #closed = false;
  #failures = 0;
  #lastId = 0;
  #current: Pending | undefined;
  #queue: Pending[] = [];
  #onIdle = () => {};

  constructor(private readonly options: ChildEngineOptions) {}

  get model(): ModelInfo {
    if (!this.#model) throw new HttpError("LTAD_NOT_READY", "The model is not loaded yet. Try again soon.", { retryAfter: 1 });
    return this.#model;
  }

  ready(): boolean {
    return this.#ready && !this.#closed;
  }

  assertRoom(): void {
    if (this.#closed) throw new HttpError("LTAD_NOT_READY", "The server is shutting down.", { retryAfter: 5 });
    if (this.#queue.length < this.options.maxQueue) return;
    throw new HttpError("LTAD_BUSY", `${this.#queue.length} images are waiting already. Try again soon.`, { retryAfter: 1 });
  }

  async predict(job: Job, signal?: AbortSignal): Promise<Answer> {
    this.assertRoom();
    return new Promise<Answer>((resolve, reject) => {
      const pending: Pending = {
        id: ++this.#lastId,
        job,
        resolve,
        reject,
        timer: setTimeout(() => this.#waitedTooLong(pending), this.options.timeout),
      };
      signal?.addEventListener("abort", () => this.#withdraw(pending, new LtadError("LTAD_ABORTED", "The client closed the connection.")), {
        once: true,
      });
      this.#queue.push(pending);
      this.#next();
    });
  }

  /** Starts the process; resolves when the bundle is open. */
  async start(): Promise<void> {
    const { worker, bundle, threads, maxPixels, log } = this.options;
    const child = fork(worker, [], { serialization: "advanced", stdio: ["ignore", 2, 2, "ipc"] });
    this.#child = child;
    child.send({ type: "open", options: { bundle, threads, maxPixels } } satisfies ToWorker);
    await new Promise<void>((resolve, reject) => {
      child.on("message", (message: FromWorker) => {
        if (message.type === "ready") {
          this.#becomeReady(message.model);
          resolve();
        } else if (message.type === "failed") {
          reject(errorOf(message.error, log));
          child.kill("SIGKILL");
        } else this.#finish(message);
      });
      child.once("error", (error) => log(`the inference process cannot be reached: ${error.message}`));
      child.once("exit", (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
        reject(new HttpError("LTAD_CRASHED", `The inference process ${how} before the bundle was open.`));
        this.#onExit(child, how);
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const gone = new HttpError("LTAD_NOT_READY", "The server is shutting down.", { retryAfter: 5 });
    for (const pending of this.#queue.splice(0)) {
      clearTimeout(pending.timer);
      pending.reject(gone);
    }
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const force = setTimeout(() => child.kill("SIGKILL"), this.#current ? this.options.timeout : 2000);
    if (this.#current) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    if (child.connected) child.disconnect();
    await exited;
    clearTimeout(force);
  }

  #becomeReady(model: ModelInfo): void {
    this.#model = model;
    this.#ready = true;
    this.#failures = 0;
    this.#next();
  }

  /** Gives the process its next job, when it has none. */
  #next(): void {
    if (!this.#ready || this.#current || !this.#child?.connected) return;
    const pending = this.#queue.shift();
    if (!pending) return;
    this.#current = pending;
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#tookTooLong(), this.options.timeout);
    this.#child.send({ type: "job", id: pending.id, job: pending.job } satisfies ToWorker);
  }

  #finish(message: Extract<FromWorker, { id: number }>): void {
    if (this.#current?.id !== message.id) return; // of a job that was given up
    const pending = this.#take()!;
    if (message.type === "answer") pending.resolve(message.answer);
    else pending.reject(errorOf(message.error, this.options.log));
    this.#next();
  }

  #waitedTooLong(pending: Pending): void {
    this.#withdraw(pending, new HttpError("LTAD_BUSY", "The image waited too long for its turn. Try again later.", { retryAfter: 5 }));
  }

  #tookTooLong(): void {
    this.#ready = false; // nothing more for this process
    this.#fail(new HttpError("LTAD_TIMEOUT", `The image took longer than ${this.options.timeout / 1000} s. Send a smaller one.`));
    this.#child?.kill("SIGKILL");
  }

  #withdraw(pending: Pending, error: Error): void {
    const at = this.#queue.indexOf(pending);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    clearTimeout(pending.timer);
    pending.reject(error);
  }

  /** Ends the job in work with an error. */
  #fail(error: Error): void {
    this.#take()?.reject(error);
  }

  /** Takes the job in work off the desk. */
  #take(): Pending | undefined {
    const pending = this.#current;
    this.#current = undefined;
    clearTimeout(pending?.timer);
    this.#onIdle();
    return pending;
  }

  #onExit(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#ready = false;
    this.#fail(
      new HttpError("LTAD_CRASHED", `The inference process ${how} while it worked on this image and is restarting. Try again.`, {
        retryAfter: 2,
      }),
    );
    if (this.#closed || !this.#model) return; // a first start that fails is the caller's to report
    const pause = Math.min(30_000, 250 * 2 ** this.#failures++);
    this.options.log(`the inference process ${how}; it restarts in ${pause} ms`);
    setTimeout(() => {
      if (this.#closed) return;
      this.start().catch((error: Error) => this.options.log(`the inference process did not start: ${error.message}`));
    }, pause).unref();
  }
}

function errorOf({ code, message }: Failure, log: (message: string) => void): Error {
  if (code !== "LTAD_INTERNAL") return new LtadError(code, message);
  log(`the inference process failed: ${message}`);
  return new HttpError(code, "The server failed. Its log has the reason.");
}
