import { type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import { firstWhole, listResults } from "../shard/list-results.js";
import type { ShardResult } from "../shard/shard-result.js";

/**
 * The result that counts of every shard, in their order, one at a time.
 * @throws LtadError `LTAD_DATA` when shards have no result or a damaged one, naming them
 */
export async function* wholeResults(opened: OpenPlan, { signal, onProgress }: JobOptions = {}): AsyncGenerator<ShardResult, void> {
  const results = await listResults(opened);
  const shards = [...opened.plan.shards.keys()];
  const missing = shards.filter((shard) => !results.has(shard));
  if (missing.length > 0) throw incompleteError(missing, "no result yet", "Run `ltad fleet start` or workers until all are done");
  for (const shard of shards) {
    throwIfAborted(signal);
    const result = await firstWhole(opened, results.get(shard)!);
    if (!result)
      throw incompleteError(
        [shard],
        "a result that is damaged, or of another plan",
        `Run it again with \`ltad work PLAN --shard ${shard}\``,
      );
    yield result;
    onProgress?.({ phase: "merge", done: shard + 1, total: shards.length, unit: "shards" });
  }
}

const mostNamed = 10;

function incompleteError(shards: readonly number[], what: string, remedy: string): LtadError {
  const more = shards.length > mostNamed ? `, and ${shards.length - mostNamed} more` : "";
  return new LtadError(
    "LTAD_DATA",
    `${shards.length === 1 ? "shard" : "shards"} ${shards.slice(0, mostNamed).join(", ")}${more}: ${what}. ${remedy}.`,
  );
}
