import type { Answer, Job, ModelInfo } from "./messages.js";

/** What the HTTP side needs of the inference side. */
export interface Engine {
  readonly model: ModelInfo;
  /** True while jobs are worked on; false during a restart. */
  ready(): boolean;
  /** @throws HttpError `LTAD_BUSY` when no more jobs can wait: ask before reading a body */
  assertRoom(): void;
  /** @throws HttpError or LtadError */
  predict(job: Job, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
