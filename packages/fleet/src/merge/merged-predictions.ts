import { floats, type JobOptions } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import type { PlanItem } from "../plan/plan.js";
import type { ShardInfo } from "../shard/shard-result.js";
import { wholeResults } from "./whole-results.js";

/** A model's prediction for one image of an evaluation. */
export interface MergedPrediction {
  readonly item: PlanItem;
  readonly score: NonNullable<ShardInfo["scores"]>[number];
  /** On the model's grid, [N]. */
  readonly map: Float32Array;
}

/**
 * The predictions of all shards of an evaluation, in the order of the plan, without images that could not be scored.
 * @throws LtadError `LTAD_DATA` when shards are missing
 */
export async function* mergedPredictions(opened: OpenPlan, job: JobOptions = {}): AsyncGenerator<MergedPrediction, void> {
  for await (const { info, arrays } of wholeResults(opened, job)) {
    const scores = info.scores ?? [];
    const maps = scores.length > 0 ? floats(arrays["maps"], "maps") : new Float32Array(0);
    const size = maps.length / scores.length;
    const places = new Map(scores.map(({ id }, place) => [id, place]));
    for (const item of await opened.items(info.shard)) {
      const place = places.get(item.id);
      if (place !== undefined) yield { item, score: scores[place]!, map: maps.slice(place * size, (place + 1) * size) };
    }
  }
}
