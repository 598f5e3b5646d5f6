import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenPlan } from "../plan/open-plan.js";
import type { BadImage } from "../shard/shard-result.js";
import type { Merged, MergeOptions } from "./merge-statistics.js";
import { openScoreFile, type ScoreFormat } from "./score-file.js";
import { wholeResults } from "./whole-results.js";
import { writeFolder } from "./write-folder.js";

/** Where merged scores go, and in which format. */
export interface MergeScoresOptions extends MergeOptions {
  /** "jsonl" by default. */
  readonly format?: ScoreFormat | undefined;
  /** Adds more files before the folder appears at its place. */
  readonly andThen?: (folder: string) => Promise<void>;
}

/**
 * Merges the scores of all shards into scores.jsonl or scores.parquet, in the order of the plan, and bad.jsonl with the images that could not
 * be scored. It holds the result of one shard at a time.
 * @throws LtadError `LTAD_DATA` when shards are missing
 */
export async function mergeScores(opened: OpenPlan, options: MergeScoresOptions): Promise<Merged> {
  const { out, force = false, format = "jsonl", andThen, ...job } = options;
  return writeFolder(out, force, async (folder) => {
    const bad: BadImage[] = [];
    let images = 0;
    const scores = await openScoreFile(folder, format);
    await writeFile(join(folder, "bad.jsonl"), "");
    for await (const { info } of wholeResults(opened, job)) {
      const byId = new Map((info.scores ?? []).map((score) => [score.id, score]));
      const rows = (await opened.items(info.shard)).flatMap(({ id }) => byId.get(id) ?? []);
      await scores.add(rows);
      await writeFile(join(folder, "bad.jsonl"), info.bad.map((image) => `${JSON.stringify(image)}\n`).join(""), { flag: "a" });
      images += rows.length;
      bad.push(...info.bad);
    }
    await scores.close();
    await andThen?.(folder);
    return { folder: out, images, bad };
  });
}
