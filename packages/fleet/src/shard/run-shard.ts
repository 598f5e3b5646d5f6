import { isLtadError, type JobOptions, throwIfAborted } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import type { PlanItem } from "../plan/plan.js";
import { type BadImage, writeResult } from "./shard-result.js";
import type { ShardTask } from "./shard-task.js";

export interface RunShardOptions extends JobOptions {
  /** Images that have ended a worker: they come first, so that little is lost when they do it again. */
  readonly suspects?: readonly string[];
  /** Images that are left out, because they ended two workers. */
  readonly bad?: readonly BadImage[];
  /** Called before an image is read. */
  readonly onBegin?: (id: string) => void;
}

/** What became of a shard. */
export interface ShardDone {
  readonly shard: number;
  /** The object that holds the result. */
  readonly key: string;
  readonly images: number;
  readonly bad: readonly BadImage[];
}

/**
 * Runs one shard and writes its result: a pure function of plan and images, so that it may run twice, or on two machines at the same time.
 * An image that cannot be read is tried twice, and then left out by name.
 * @throws LtadError of the store, or `LTAD_ABORTED`; nothing is written then
 */
export async function runShard(opened: OpenPlan, task: ShardTask, shard: number, options: RunShardOptions = {}): Promise<ShardDone> {
  const { bad: given = [], suspects = [], onBegin, onProgress, signal } = options;
  const leftOut = new Set(given.map(({ id }) => id));
  const bad: BadImage[] = [...given];
  const items = suspectsFirst(await opened.items(shard), new Set(suspects)).filter(({ id }) => !leftOut.has(id));
  const state = task.begin();
  for (const [done, item] of items.entries()) {
    throwIfAborted(signal);
    onBegin?.(item.id);
    const reason = await faultOf(() => state.add(item));
    if (reason !== undefined) bad.push({ id: item.id, reason });
    onProgress?.({ phase: "shard", done: done + 1, total: items.length, unit: "images" });
  }
  bad.sort((a, b) => (a.id < b.id ? -1 : 1));
  const { info, arrays } = state.result();
  const images = items.length + given.length - bad.length;
  const key = await writeResult(opened, { plan: opened.id, shard, images, bad, ...info }, arrays);
  return { shard, key, images, bad };
}

function suspectsFirst(items: readonly PlanItem[], suspects: ReadonlySet<string>): PlanItem[] {
  return [...items.filter(({ id }) => suspects.has(id)), ...items.filter(({ id }) => !suspects.has(id))];
}

/** Why an image cannot be used, after two tries; undefined when it can. */
async function faultOf(add: () => Promise<void>, tries = 2): Promise<string | undefined> {
  try {
    await add();
    return undefined;
  } catch (error) {
    if (!isLtadError(error) || (error.code !== "LTAD_IMAGE" && error.code !== "LTAD_NOT_FINITE")) throw error;
    return tries > 1 ? faultOf(add, tries - 1) : error.message;
  }
}
