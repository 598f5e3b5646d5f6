/** A shard to run, as a queue holds it. */
export interface ShardJob {
  /** The address of the plan, as the coordinator sees it. */
  readonly plan: string;
  readonly shard: number;
}

/** What became of a job: a shard with a result, one that another worker shall have, or one that failed. */
export type Outcome =
  | { readonly type: "done" }
  | { readonly type: "given back" }
  | { readonly type: "failed"; readonly reason: string; /** Whether another try is of no use. */ readonly forGood: boolean };

/** How jobs are taken from a queue. */
export interface TakeOptions {
  /** Jobs at a time. */
  readonly atOnce: number;
  /** Stops taking jobs; those that run are waited for. */
  readonly signal: AbortSignal;
  /** Ends when no job came for so many seconds; by default, only the signal ends it. */
  readonly idleSeconds?: number | undefined;
}

/** A shard that was given up, and why. */
export interface FailedShard {
  readonly shard: number;
  readonly reason: string;
}

/** A hint about which shards to run. It may lose jobs or give them to two workers, because only the store decides which are done. */
export interface ShardQueue {
  /** Adds shards of a plan. Those that are there already stay as they are. @param id of the plan */
  add(id: string, jobs: readonly ShardJob[]): Promise<void>;
  /** The shards of a plan that were given up. */
  failed(id: string): Promise<FailedShard[]>;
  /** Removes the shards of a plan that were given up, so that they can be added again. */
  forgetFailed(id: string): Promise<void>;
  /** Takes jobs until the signal aborts, or none comes any more. */
  take(handle: (job: ShardJob) => Promise<Outcome>, options: TakeOptions): Promise<void>;
  /** Leaves the queue, also when it cannot be reached. */
  close(): Promise<void>;
}
