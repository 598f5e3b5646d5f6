import { LtadError } from "@ltad/core";
import { openPlan, type OpenPlan, openStore, openTask, planAddress, type PlanParts, writePlan } from "@ltad/fleet";
import { type PlanData, withPlanData } from "./open-plan-data.js";
import { planEvaluation, planScores } from "./plan-scores.js";
import { planStatistics } from "./plan-statistics.js";
import { type PlanOptions, shardImages as usualSize } from "./plan-options.js";

/** A plan, and what it is going to take. */
export interface MadePlan {
  readonly id: string;
  /** STORE/plans/ID, which all other commands take. */
  readonly plan: string;
  readonly task: PlanOptions["task"];
  readonly shards: number;
  readonly images: number;
  /** Estimated from a few images on this machine, all its cores together; null when none of them can be read. */
  readonly hours: number | null;
  /** What the results will take in the store, estimated. */
  readonly bytes: number;
}

/**
 * Makes a plan in a store. The same data and settings give the same plan.
 * @param onData called with how the data was read, in one sentence, and what is odd about it
 * @throws LtadError for faults of data, settings or store
 */
export async function makePlan(
  data: string | undefined,
  options: PlanOptions,
  onData: (readAs: string, warnings: readonly string[]) => void,
): Promise<MadePlan> {
  const shardImages = options.shardImages ?? usualSize;
  if (shardImages < 1) throw new LtadError("LTAD_CONFIG", "--shard-images: expected 1 or more, received 0.");
  const store = await openStore(options.store, options);
  const { parts, readAs, warnings } = await withPlanData(data, options, (opened) => partsOf(opened, { ...options, shardImages }));
  onData(readAs, warnings);
  const { id, plan } = await writePlan(store, parts);
  const address = planAddress(options.store, id);
  const images = parts.items.length;
  const perImage = await secondsPerImage(await openPlan(address, { s3: options.s3 }));
  return {
    id,
    plan: address,
    task: options.task,
    shards: plan.shards.length,
    images,
    hours: perImage === null ? null : (images * perImage) / 3600,
    bytes: Math.round(bytesOf(parts, plan.shards.length)),
  };
}

async function partsOf(data: PlanData, options: PlanOptions) {
  if (options.task === "statistics") {
    const { dataset, ...parts } = await planStatistics(data, options);
    return { parts, readAs: dataset.readAs, warnings: dataset.warnings };
  }
  const { readAs, warnings, ...parts } = options.task === "score" ? await planScores(data, options) : await planEvaluation(data, options);
  return { parts, readAs, warnings };
}

const tried = 4; // images

/** From some images of the first shard; the first of them warms up. */
async function secondsPerImage(opened: OpenPlan): Promise<number | null> {
  const items = (await opened.items(0)).slice(0, tried);
  const task = await openTask(opened);
  try {
    const state = task.begin();
    const times: number[] = [];
    for (const item of items) {
      const start = performance.now();
      const added = opened.read(item).then((content) => state.add(item, content));
      const isRead = await added.then(
        () => true,
        () => false, // a worker names it
      );
      if (isRead) times.push((performance.now() - start) / 1000);
    }
    return times.length === 0 ? null : times.sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)]!;
  } finally {
    await task.close();
  }
}

function bytesOf({ task, items, classes }: PlanParts, shards: number): number {
  const perLine = 120; // of a score, as JSON
  if (task.kind !== "statistics") return items.length * perLine;
  const { tokens, channels, zSize } = task.features;
  const sums = 8 * (tokens * channels + channels ** 2 + 2 * zSize);
  const image = 4 * (tokens * channels + zSize);
  const kept = classes.map(({ images }) => {
    const sampled = Math.min(images, task.sample + 6 * Math.sqrt(task.sample) + 20);
    return sampled * (images > 1 && images <= task.copiesUpTo ? 6 : 1);
  });
  return Math.max(shards, classes.length) * sums + image * kept.reduce((sum, count) => sum + count, 0);
}
