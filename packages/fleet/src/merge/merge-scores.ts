import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenPlan } from "../plan/open-plan.js";
import type { BadImage } from "../shard/shard-result.js";
import type { Merged, MergeOptions } from "./merge-statistics.js";
import { wholeResults } from "./whole-results.js";
import { writeFolder } from "./write-folder.js";

/**
 * Merges the scores of all shards into scores.jsonl, one image a line in the order of the plan, and bad.jsonl with the images that could not
 * be scored. It holds the result of one shard at a time.
 * @throws LtadError `LTAD_DATA` when shards are missing
 */
export async function mergeScores(opened: OpenPlan, options: MergeOptions): Promise<Merged> {
  const { out, force = false, ...job } = options;
  return writeFolder(out, force, async (folder) => {
    const bad: BadImage[] = [];
    let images = 0;
    const add = (name: string, rows: readonly unknown[]) =>
      writeFile(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""), { flag: "a" });
    for await (const { info } of wholeResults(opened, job)) {
      const byId = new Map((info.scores ?? []).map((score) => [score.id, score]));
      const rows = (await opened.items(info.shard)).flatMap(({ id }) => byId.get(id) ?? []);
      await add("scores.jsonl", rows);
      await add("bad.jsonl", info.bad);
      images += rows.length;
      bad.push(...info.bad);
    }
    return { folder: out, images, bad };
  });
}
