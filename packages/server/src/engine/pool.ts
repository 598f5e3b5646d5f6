// Over 300 lines because it is one thing: the life of jobs among processes that can die at any time.
import { LtadError } from "@ltad/core";
import { HttpError } from "../http-error.js";
import type { Answer, FromWorker, Job, ModelInfo } from "../messages.js";
import type { Engine, EngineLoad, Place, PredictOptions } from "./engine.js";
import { Places } from "./places.js";
import { errorOf, shuttingDown, tooLate, tooLongInQueue, unusable } from "./pool-errors.js";
import { UpTime } from "./up-time.js";
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from "./worker-process.js";

export interface PoolOptions extends WorkerProcessOptions {
  /** Inference processes; each works on one image at a time. */
  readonly processes?: number;
  /** Requests that may wait; more are refused. */
  readonly maxQueue: number;
  /**
   * Milliseconds that one image may take; its process is stopped then. Also the longest wait for its turn, without the time in which
   * no process could work because all were starting again.
   */
  readonly timeout: number;
  /** Milliseconds within which a process must have opened and tried the bundle, and the longest wait for a process; 120,000. */
  readonly openTimeout?: number;
  /** Called with what happens to the processes, and with bugs in them. */
  readonly log: (message: string) => void;
}

interface Pending {
  readonly id: number;
  readonly job: Job;
  readonly arrived: number;
  /** When its present wait began, by the clock and by the time in which the engine could work. */
  waits: { readonly since: number; readonly up: number };
  /** Ends its wait. */
  limit?: NodeJS.Timeout;
  /** Whether its caller waits for less time than the engine allows; nothing prolongs that. */
  readonly isCallers: boolean;
  readonly resolve: (answer: Answer & { readonly waited: number }) => void;
  readonly reject: (error: Error) => void;
  started?: number;
  /** How often a process has died of it, or while it worked on it. */
  crashes: number;
  /** Its caller no longer waits for it. */
  abandoned?: boolean;
}

/** A place for a process: it may be starting, ready or at work. */
interface Slot {
  process?: WorkerProcess | undefined;
  ready: boolean;
  current?: Pending | undefined;
  /** Starts that failed since the last that did not. */
  failures: number;
  limit?: NodeJS.Timeout;
}

/** Answers without a number in a row, after which a model counts as broken. */
const fewNumbers = 3;
/**
 * How often an image is tried when the processes that work on it die. Anything may end a process, and no request must be lost by that.
 * The time of an image begins again with each try, so that only this number ends it.
 */
const mostTries = 5;
/** After so many deaths, an image may be their cause. Then only the first process works on it, and the others continue. */
const suspicious = 2;
/** The longest pause before a start, in milliseconds: well within the time that a request may wait. */
const longestPause = 8000;

/**
 * Inference in child processes, one image at a time in each, with the other images in a queue. When a process dies, a new one
 * starts, and another process or the new one takes its image.
 * @throws LtadError when the bundle cannot be opened
 */
export async function startPool(options: PoolOptions): Promise<Engine> {
  const pool = new Pool(options);
  try {
    await pool.start();
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

class Pool implements Engine {
  readonly processes: number;
  readonly #slots: Slot[];
  readonly #places: Places;
  #model: ModelInfo | undefined;
  #closed = false;
  #lastId = 0;
  #queue: Pending[] = [];
  #restarts = 0;
  #withoutNumber = 0;
  /** Whether the folder now holds another model, so that no process can start again. */
  #isOutdated = false;
  /** Whether the bundle could not be opened when a process last started, so that waiting for the next one is useless. */
  #isBroken = false;
  readonly #upTime = new UpTime();
  #onEmpty = () => {};

  constructor(private readonly options: PoolOptions) {
    this.processes = options.processes ?? 1;
    this.#slots = Array.from({ length: this.processes }, () => ({ ready: false, failures: 0 }));
    this.#places = new Places(this.processes + options.maxQueue, () => this.#places.taken === 0 && this.#onEmpty());
  }

  get model(): ModelInfo {
    if (!this.#model) throw new HttpError("LTAD_NOT_READY", "The model is not loaded yet. Try again soon.", { retryAfter: 1 });
    return this.#model;
  }

  ready(): boolean {
    return !this.#closed && this.#withoutNumber < fewNumbers && this.#slots.some((slot) => slot.ready);
  }

  load(): EngineLoad {
    return {
      places: this.#places.taken,
      waiting: this.#queue.length,
      working: this.#slots.filter((slot) => slot.current).length,
      ready: this.#slots.filter((slot) => slot.ready).length,
      processes: this.processes,
      restarts: this.#restarts,
    };
  }

  admit(): Place {
    if (this.#closed) throw shuttingDown();
    return this.#places.take();
  }

  async predict(job: Job, { signal, timeout = Infinity, place }: PredictOptions = {}): Promise<Answer & { readonly waited: number }> {
    const own = place ?? this.admit();
    this.#places.hold(own);
    try {
      return await this.#enqueue(job, signal, Math.min(timeout, this.options.timeout), timeout < this.options.timeout);
    } finally {
      if (!place) own.release();
    }
  }

  /** Starts all processes; resolves when the bundle is open in each. */
  async start(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => this.#launch(slot)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handBack();
    if (this.#places.taken > 0 && this.#model) {
      const patience = setTimeout(() => this.#onEmpty(), this.options.timeout);
      await new Promise<void>((resolve) => (this.#onEmpty = resolve));
      clearTimeout(patience);
    }
    this.#refuseQueue();
    await Promise.all(this.#slots.map(async (slot) => slot.process?.end(slot.current ? this.options.timeout : 2000)));
  }

  #enqueue(job: Job, signal: AbortSignal | undefined, timeout: number, isCallers: boolean): Promise<Answer & { readonly waited: number }> {
    return new Promise((resolve, reject) => {
      const arrived = performance.now();
      const waits = { since: arrived, up: this.#upTime.now() };
      const pending: Pending = { id: ++this.#lastId, job, arrived, waits, isCallers, resolve, reject, crashes: 0 };
      const late = () => this.#giveUp(pending, pending.started === undefined ? tooLongInQueue() : tooLate(timeout));
      const timer = isCallers ? setTimeout(late, timeout) : undefined;
      const gone = () => this.#giveUp(pending, new LtadError("LTAD_ABORTED", "The client closed the connection."));
      signal?.addEventListener("abort", gone, { once: true });
      const done = () => {
        clearTimeout(timer);
        clearTimeout(pending.limit);
        signal?.removeEventListener("abort", gone);
      };
      Object.assign(pending, {
        resolve: (answer: Answer & { readonly waited: number }) => (done(), resolve(answer)),
        reject: (error: Error) => (done(), reject(error)),
      });
      if (signal?.aborted) return gone();
      this.#queue.push(pending);
      this.#limitWait(pending);
      this.#next();
    });
  }

  /** Ends the wait for an answer; a process that works on it finishes it, and the answer is dropped. */
  #giveUp(pending: Pending, error: Error): void {
    const at = this.#queue.indexOf(pending);
    if (at >= 0) this.#queue.splice(at, 1);
    pending.abandoned = true;
    pending.reject(error);
  }

  /** Ends a wait for its turn when its time is over. */
  #limitWait(pending: Pending): void {
    if (pending.isCallers) return;
    const { timeout, openTimeout = 120_000 } = this.options;
    const { since, up } = pending.waits;
    const left = Math.min(timeout - (this.#upTime.now() - up), timeout + openTimeout - (performance.now() - since));
    if (left <= 0) return this.#giveUp(pending, tooLongInQueue());
    pending.limit = setTimeout(() => this.#limitWait(pending), Math.max(left, 100)); // again where the clock has rested meanwhile
  }

  /** Gives jobs to processes that have none. */
  #next(): void {
    for (const [i, slot] of this.#slots.entries()) {
      if (!slot.ready || slot.current || !slot.process) continue;
      const at = this.#queue.findIndex(({ crashes }) => i === 0 || crashes < suspicious);
      if (at < 0) continue;
      const pending = this.#queue.splice(at, 1)[0]!;
      slot.current = pending;
      pending.started = performance.now();
      clearTimeout(pending.limit);
      slot.limit = setTimeout(() => this.#tookTooLong(slot), this.options.timeout);
      slot.process.send(pending.id, pending.job);
    }
  }

  /** Starts a process; resolves when its bundle is open. */
  #launch(slot: Slot): Promise<void> {
    return new Promise((resolve, reject) => {
      const { bundle, openTimeout = 120_000 } = this.options;
      const limit = setTimeout(() => {
        reject(unusable(bundle, `was not open after ${openTimeout / 1000} s`));
        process.kill();
      }, openTimeout);
      const process = startWorkerProcess(this.options, {
        ready: (model) => {
          clearTimeout(limit);
          if (this.#model && this.#model.identity !== model.identity) {
            reject(new HttpError("LTAD_NOT_READY", "The folder now holds another model."));
            this.#isOutdated = true;
            this.#handBack();
            return process.kill();
          }
          this.#model = model;
          Object.assign(slot, { ready: true, failures: 0 });
          this.#isBroken = false;
          this.#setClock();
          resolve();
          this.#next();
        },
        failed: (error) => {
          reject(errorOf(error, this.options.log));
          this.#isBroken = true;
          this.#setClock();
          process.kill();
        },
        result: (message) => this.#finish(slot, message),
        problem: this.options.log,
        ended: (how) => {
          clearTimeout(limit);
          reject(unusable(bundle, `the inference process ${how} before the bundle was open`));
          this.#onEnd(slot, process, how);
        },
      });
      slot.process = process;
    });
  }

  #finish(slot: Slot, message: Extract<FromWorker, { id: number }>): void {
    if (slot.current?.id !== message.id) return;
    const pending = this.#take(slot)!;
    if (message.type === "answer") {
      this.#withoutNumber = 0;
      pending.resolve({ ...message.answer, waited: pending.started! - pending.arrived });
    } else {
      if (message.error.code === "LTAD_NOT_FINITE") this.#withoutNumber++;
      pending.reject(errorOf(message.error, this.options.log));
    }
    this.#next();
  }

  #tookTooLong(slot: Slot): void {
    slot.ready = false; // nothing more for this process
    this.#setClock();
    this.#take(slot)?.reject(tooLate(this.options.timeout));
    slot.process?.kill();
  }

  /** Takes away the job that a process works on. */
  #take(slot: Slot): Pending | undefined {
    const { current } = slot;
    slot.current = undefined;
    clearTimeout(slot.limit);
    return current;
  }

  #onEnd(slot: Slot, process: WorkerProcess, how: string): void {
    if (slot.process !== process) return;
    const wasReady = slot.ready;
    Object.assign(slot, { ready: false, process: undefined });
    this.#setClock();
    const pending = this.#take(slot);
    if (pending) this.#tryAgain(pending, how);
    if (!this.#model || (this.#closed && this.#places.taken === 0)) return; // a first start that fails is the caller's to report
    this.#restarts++;
    const pause = wasReady || slot.failures === 0 ? 50 : Math.min(longestPause, 250 * 2 ** slot.failures);
    slot.failures++;
    this.options.log(`an inference process ${how}; it restarts in ${pause} ms`);
    setTimeout(() => {
      if (this.#closed && this.#places.taken === 0) return;
      this.#launch(slot).catch((error: Error) => this.options.log(`the inference process did not start: ${error.message}`));
    }, pause).unref();
  }

  /** Counts the time of waiting jobs while a process can work, and when none ever will. */
  #setClock(): void {
    this.#upTime.set(this.#isBroken || this.#slots.some(({ ready }) => ready));
  }

  /** Tries a job again whose process died, before all others. After a number of tries, the job is considered the cause. */
  #tryAgain(pending: Pending, how: string): void {
    if (pending.abandoned) return;
    pending.crashes++;
    if (pending.crashes < mostTries) {
      delete pending.started;
      pending.waits = { since: performance.now(), up: this.#upTime.now() };
      this.#queue.unshift(pending);
      this.#limitWait(pending);
      this.#handBack();
      return this.#next();
    }
    const message = `An inference process ${how} while it worked on this image; this has now happened ${pending.crashes} times.`;
    pending.reject(new HttpError("LTAD_CRASHED", message, { retryAfter: 2 }));
  }

  /** Returns waiting jobs to their callers if no process can ever take them; the engine that has replaced this one takes them then. */
  #handBack(): void {
    if (this.#closed && this.#isOutdated && !this.#slots.some((slot) => slot.ready)) this.#refuseQueue();
  }

  #refuseQueue(): void {
    for (const pending of this.#queue.splice(0)) pending.reject(shuttingDown());
  }
}
