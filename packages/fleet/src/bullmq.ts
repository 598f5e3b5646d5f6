export { bullQueue } from "./queue/bull-queue.js";
export { queueUrl, withoutPassword } from "./queue/queue-url.js";
export { runByQueue } from "./queue/run-by-queue.js";
export { workQueue } from "./queue/work-queue.js";
export type { BullQueueOptions } from "./queue/bull-queue.js";
export type { RunByQueueOptions } from "./queue/run-by-queue.js";
export type { FailedShard, Outcome, ShardJob, ShardQueue, TakeOptions } from "./queue/shard-queue.js";
export type { WorkQueueOptions } from "./queue/work-queue.js";
