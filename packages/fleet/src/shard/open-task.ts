import type { OpenPlan } from "../plan/open-plan.js";
import { openScoring } from "./score-task.js";
import type { ShardTask } from "./shard-task.js";
import { openStatistics, type TaskOptions } from "./statistics-task.js";

/** Opens the computation of a plan: statistics or scores. */
export async function openTask(opened: OpenPlan, options: TaskOptions = {}): Promise<ShardTask> {
  const { task } = opened.plan;
  return task.kind === "statistics" ? openStatistics(opened, task, options) : openScoring(opened, task, options);
}
