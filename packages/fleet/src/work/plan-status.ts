import type { OpenPlan } from "../plan/open-plan.js";
import { firstWhole, listResults } from "../shard/list-results.js";
import type { BadImage } from "../shard/shard-result.js";

/** The progress of a plan. */
export interface PlanStatus {
  readonly id: string;
  readonly task: "statistics" | "score" | "evaluate";
  readonly shards: number;
  readonly done: number;
  /** Shards without a result. */
  readonly missing: readonly number[];
  readonly images: number;
  /** Images of the shards that are done. */
  readonly imagesDone: number;
  /** Images that could not be used, with the reason. */
  readonly bad: readonly (BadImage & { readonly shard: number })[];
  /** Images of the last results a second, all workers together; null before there are two. */
  readonly imagesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Results that show the rate: older ones may be of other workers. */
const recent = 100;

/** Reads the progress of a plan from its store alone. */
export async function planStatus(opened: OpenPlan): Promise<PlanStatus> {
  const { plan, id } = opened;
  const results = await listResults(opened);
  const imagesOf = (shards: Iterable<number>) => [...shards].reduce((sum, shard) => sum + plan.shards[shard]!.images, 0);
  const known = [...results].filter(([shard]) => shard < plan.shards.length);
  const missing = [...plan.shards.keys()].filter((shard) => !results.has(shard));
  const bad: (BadImage & { shard: number })[] = [];
  for (const [shard, entries] of known) {
    if (entries[0]!.bad === 0) continue; // as its name says
    for (const image of (await firstWhole(opened, entries))?.info.bad ?? []) bad.push({ shard, ...image });
  }
  const imagesPerSecond = rateOf(
    known.map(([shard, entries]) => ({ images: plan.shards[shard]!.images, at: Math.min(...entries.map(({ modified }) => modified)) })),
  );
  return {
    id,
    task: plan.task.kind,
    shards: plan.shards.length,
    done: known.length,
    missing,
    images: imagesOf(plan.shards.keys()),
    imagesDone: imagesOf(known.map(([shard]) => shard)),
    bad,
    imagesPerSecond,
    secondsLeft: missing.length === 0 ? 0 : imagesPerSecond === null ? null : imagesOf(missing) / imagesPerSecond,
  };
}

/** Images after the first of the last results, by the time from the first to the last. */
function rateOf(results: readonly { readonly images: number; readonly at: number }[]): number | null {
  const last = results.toSorted((a, b) => a.at - b.at).slice(-recent);
  const seconds = last.length < 2 ? 0 : (last.at(-1)!.at - last[0]!.at) / 1000;
  return seconds > 0 ? last.slice(1).reduce((sum, { images }) => sum + images, 0) / seconds : null;
}
