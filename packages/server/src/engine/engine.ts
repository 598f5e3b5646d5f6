import type { Answer, Job, ModelInfo } from "../messages.js";

/** A place in the queue. It is taken before a body is read, so that no client sends an image only to be refused. */
export interface Place {
  /** Frees the place; further calls do nothing. */
  release(): void;
}

/** How a job is to be done. */
export interface PredictOptions {
  /** Aborts when the caller no longer waits for the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the caller waits; never more than the engine allows. */
  readonly timeout?: number | undefined;
  /** The place taken before; without one the call takes and releases its own. */
  readonly place?: Place | undefined;
}

/** How busy an engine is. */
export interface EngineLoad {
  /** Requests that have a place, with those whose body is still on its way. */
  readonly places: number;
  readonly waiting: number;
  readonly working: number;
  /** Processes that can work. */
  readonly ready: number;
  readonly processes: number;
  /** Processes that ended since the start and were replaced. */
  readonly restarts: number;
}

/** What the HTTP and gRPC sides need of the inference side. */
export interface Engine {
  readonly model: ModelInfo;
  /** Images that it can work on at the same time. */
  readonly processes: number;
  /** Whether it can work on jobs: false during a restart of all processes, and for a model whose answers are not numbers. */
  ready(): boolean;
  /** @throws HttpError `LTAD_BUSY` when no more requests can wait */
  admit(): Place;
  /** @throws HttpError or LtadError */
  predict(job: Job, options?: PredictOptions): Promise<Answer & { readonly waited: number }>;
  load(): EngineLoad;
  /** Answers all requests that have a place, and ends. */
  close(): Promise<void>;
}
