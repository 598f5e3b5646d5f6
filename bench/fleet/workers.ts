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

/** Runs shards of a plan. @returns seconds */
export async function timeOf(
  { workers }: Pool,
  { address, opened }: { address: string; opened: OpenPlan },
  most = Infinity,
): Promise<number> {
  const left = [...opened.plan.shards.keys()].slice(0, most);
  const start = performance.now();
  await Promise.all(
    workers.map(async (worker) => {
      for (let shard = left.shift(); shard !== undefined; shard = left.shift()) await worker.work(address, shard);
    }),
  );
  return (performance.now() - start) / 1000;
}
