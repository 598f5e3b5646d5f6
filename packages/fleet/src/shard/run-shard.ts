import { isLtadError, type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import type { PlanItem } from "../plan/plan.js";
import { isUnreadable } from "../source/read-item.js";
import { type BadImage, writeResult } from "./shard-result.js";
import type { ShardTask } from "./shard-task.js";

/** How a shard is run. */
export interface RunShardOptions extends JobOptions {
  /** Images that have ended a worker: they come first, so that little is lost when they do it again. */
  readonly suspects?: readonly string[];
  /** Images that are left out, because they ended two workers. */
  readonly bad?: readonly BadImage[];
  /** Called when an image has been read and before it is opened: what happens then is its fault, and not that of a slow network. */
  readonly onBegin?: (id: string) => void;
}

/** The outcome of a shard. */
export interface ShardDone {
  readonly shard: number;
  /** The object that holds the result. */
  readonly key: string;
  readonly images: number;
  readonly bad: readonly BadImage[];
}

/**
 * Runs one shard and writes its result: a pure function of plan and images, so that it may run twice, or on two machines at the same time.
 * An image that cannot be read is tried twice; then the result names it and does not include it.
 * @throws LtadError of the store, `LTAD_FETCH` when none of its images can be found, or `LTAD_ABORTED`; then nothing is written
 */
export async function runShard(opened: OpenPlan, task: ShardTask, shard: number, options: RunShardOptions = {}): Promise<ShardDone> {
  const { bad: given = [], suspects = [], onBegin, onProgress, signal } = options;
  const leftOut = new Set(given.map(({ id }) => id));
  const bad: BadImage[] = [...given];
  const items = suspectsFirst(await opened.items(shard), new Set(suspects)).filter(({ id }) => !leftOut.has(id));
  const state = task.begin();
  let unreadable = 0;
  const add = async (item: PlanItem) => {
    const content = await opened.read(item);
    onBegin?.(item.id);
    await state.add(item, content);
  };
  const report = (done: number) => onProgress?.({ phase: "shard", done, total: items.length, unit: "images" });
  report(0);
  for (const [done, item] of items.entries()) {
    throwIfAborted(signal);
    const fault = await faultOf(() => add(item));
    if (fault) bad.push({ id: item.id, reason: fault.message });
    if (isUnreadable(fault)) unreadable++;
    report(done + 1);
  }
  if (unreadable > 1 && unreadable === items.length) throw goneError(shard, bad.slice(given.length));
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
async function faultOf(add: () => Promise<void>, tries = 2): Promise<LtadError | undefined> {
  try {
    await add();
    return undefined;
  } catch (error) {
    if (!isLtadError(error) || (error.code !== "LTAD_IMAGE" && error.code !== "LTAD_NOT_FINITE")) throw error;
    return tries > 1 ? faultOf(add, tries - 1) : error;
  }
}

/** The images have moved, or this worker may not read them: another one may. */
function goneError(shard: number, bad: readonly BadImage[]): LtadError {
  const message = `shard ${shard}: none of its ${bad.length} images can be read (first, ${bad[0]!.reason}) Make them readable on this machine, or plan again if they have moved.`;
  return new LtadError("LTAD_FETCH", message);
}
