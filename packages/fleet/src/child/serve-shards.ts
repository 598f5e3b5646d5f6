import { isLtadError } from "@ltad/core";
import { openPlan, type OpenPlan } from "../plan/open-plan.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import type { ShardTask } from "../shard/shard-task.js";
import type { FromChild, ShardOrder } from "./messages.js";

/** The other side of a computing process. */
export interface Channel {
  onOrder(handler: (order: ShardOrder) => void): void;
  send(message: FromChild): void;
}

/** Runs shards one after the other, as they are ordered. The networks of a plan stay open for its next shard. */
export function serveShards(channel: Channel): void {
  let open: { readonly key: string; readonly plan: OpenPlan; readonly task: ShardTask } | undefined;
  const planOf = async ({ plan: address, root, s3, threads, scratch }: ShardOrder) => {
    const key = JSON.stringify([address, root, s3, threads]);
    if (open?.key === key) return open;
    await open?.task.close();
    const plan = await openPlan(address, { root, s3 });
    return (open = { key, plan, task: await openTask(plan, { threads, scratch }) });
  };
  const run = async (order: ShardOrder) => {
    const { plan, task } = await planOf(order);
    return runShard(plan, task, order.shard, {
      suspects: order.suspects,
      bad: order.bad,
      onBegin: (id) => channel.send({ type: "begin", id }),
      onProgress: ({ done, total }) => channel.send({ type: "progress", done, total }),
    });
  };
  channel.onOrder((order) => {
    run(order).then(
      (result) => channel.send({ type: "done", result }),
      (error: unknown) => channel.send({ type: "failed", error: failureOf(error) }),
    );
  });
}

function failureOf(error: unknown) {
  if (isLtadError(error)) return { code: error.code, message: error.message, details: error.details };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
