/** What a long job reports while it runs. Packages never print: they call back. */
export interface Progress {
  /** What is being done, in a few words: "encode", "phase 1". */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Unit of `done`: "images", "steps", "bytes". */
  readonly unit: string;
  /** Numbers worth showing: loss, learning rate. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Options of every long job. */
export interface JobOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
