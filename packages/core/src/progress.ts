/** What a long job reports while it runs. Packages never print; they call `onProgress` of {@link JobOptions}. */
export interface Progress {
  /** What is being done, in a few words: "encode", "phase 1". */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Unit of `done`: "images", "steps", "bytes". */
  readonly unit: string;
  /** Numbers worth showing, such as the loss and the learning rate. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Options of every long job. */
export interface JobOptions {
  /** Called while the job runs. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the job, which then throws LtadError `LTAD_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}
