import { eachAtOnce, type JobOptions } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import type { ShardDone } from "../shard/run-shard.js";
import { startWorker, type WorkOptions } from "./work-shard.js";

/** How many processes work on a plan, and on which shards. */
export interface WorkPlanOptions extends JobOptions, Omit<WorkOptions, "signal"> {
  /** Processes at a time. */
  readonly processes: number;
  /** The shards to run. */
  readonly shards: readonly number[];
  /** Called when a shard has its result. */
  readonly onShard?: (done: ShardDone) => void;
}

/**
 * Runs shards in a pool of processes on this machine. Shards that are finished when it stops are in the store and are not run again.
 * @param address of the plan, for the processes
 * @throws LtadError of a shard, after the shards that run beside it; `LTAD_ABORTED`
 */
export async function workPlan(address: string, { plan }: OpenPlan, options: WorkPlanOptions): Promise<ShardDone[]> {
  const { processes, shards, onShard, onProgress, signal, ...work } = options;
  const workers = Array.from({ length: Math.min(processes, shards.length) }, () => startWorker({ ...work, signal }));
  const idle = [...workers];
  const done = new Map<number, number>();
  const total = shards.reduce((sum, shard) => sum + plan.shards[shard]!.images, 0);
  const report = (shard: number, images: number) => {
    done.set(shard, images);
    onProgress?.({ phase: "shards", done: [...done.values()].reduce((sum, count) => sum + count, 0), total, unit: "images" });
  };
  const runOne = async (shard: number) => {
    const worker = idle.pop()!; // `eachAtOnce` runs no more than there are
    try {
      const result = await worker.work(address, shard, (images) => report(shard, images));
      report(shard, plan.shards[shard]!.images);
      onShard?.(result);
      return result;
    } finally {
      idle.push(worker);
    }
  };
  try {
    return await eachAtOnce(shards, runOne, { atOnce: Math.max(1, workers.length), signal });
  } finally {
    for (const worker of workers) worker.close();
  }
}
