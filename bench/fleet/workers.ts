import { type OpenPlan, type ShardWorker, startWorker } from "@ltad/fleet";

/** Computing processes of one thread each, which stay open. */
export interface Pool {
  readonly workers: readonly ShardWorker[];
  close(): void;
}

export function openPool(processes: number): Pool {
  const workers = Array.from({ length: processes }, () => startWorker({ threads: 1 }));
  return { workers, close: () => workers.forEach((worker) => worker.close()) };
}

/** Runs the first shard in each process, so that none has to open the plan afterwards. */
export async function warm({ workers }: Pool, address: string): Promise<void> {
  for (const worker of workers) await worker.work(address, 0);
}

/** Runs shards of a plan, all of them without `shards`. @returns elapsed seconds, and the seconds that processes spent on shards */
export async function timeOf(
  { workers }: Pool,
  { address, opened }: { address: string; opened: OpenPlan },
  shards: Iterable<number> = opened.plan.shards.keys(),
): Promise<{ readonly elapsed: number; readonly busy: number }> {
  const left = [...shards];
  const start = performance.now();
  let busy = 0;
  await Promise.all(
    workers.map(async (worker) => {
      for (let shard = left.shift(); shard !== undefined; shard = left.shift()) {
        const began = performance.now();
        await worker.work(address, shard);
        busy += performance.now() - began;
      }
    }),
  );
  return { elapsed: (performance.now() - start) / 1000, busy: busy / 1000 };
}
