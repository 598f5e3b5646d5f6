import { join } from "node:path";
import type { JobOptions } from "@ltad/core";
import type { Dataset, TestItem, TrainItem } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import type { Evaluation, ImagePrediction } from "@ltad/evaluate";
import {
  type Merged,
  mergedPredictions,
  type MergeOptions,
  mergeScores,
  mergeStatistics,
  openPlan,
  type OpenPlan,
  type PlanItem,
  type ScoreTask,
  withModel,
} from "@ltad/fleet";

/** What a merge wrote, and for an evaluation its numbers. */
export interface MergedPlan extends Merged {
  readonly evaluation?: Evaluation;
}

/**
 * Merges the results of all shards of a plan into a folder: statistics and sample for a training, scores.jsonl, or the files of `ltad eval`.
 * @throws LtadError `LTAD_DATA` when shards are missing
 */
export async function mergePlan(address: string, options: MergeOptions & { readonly root?: string | undefined }): Promise<MergedPlan> {
  const { root, ...merge } = options;
  const opened = await openPlan(address, { root });
  const { task } = opened.plan;
  if (task.kind === "statistics") return mergeStatistics(opened, task, merge);
  const merged = await mergeScores(opened, merge);
  if (task.kind === "score") return merged;
  const evaluation = await withModel(opened, task, (folder) => evaluateMerged(opened, task, folder, merge));
  return { ...merged, evaluation };
}

async function evaluateMerged(opened: OpenPlan, task: ScoreTask, model: string, { out, ...job }: MergeOptions): Promise<Evaluation> {
  const { evaluate, writeMeasures, writeScores } = await import("@ltad/evaluate");
  const { predictions, tests, leftOut } = await readPredictions(opened, job);
  const detector = await openDetector(model);
  try {
    const evaluated = await evaluate(detector, datasetOf(opened, detector, tests), {
      ...job,
      cacheDir: "", // nothing is encoded
      classes: task.classes,
      leftOut,
      predictions,
      maxPixels: opened.plan.maxPixels,
    });
    await writeMeasures(out, evaluated.evaluation, evaluated.evaluation.counts);
    await writeScores(join(out, "scores.csv"), evaluated);
    return evaluated.evaluation;
  } finally {
    await detector.dispose();
  }
}

/** What the workers said, by image, and the images themselves by class. */
async function readPredictions(opened: OpenPlan, job: JobOptions) {
  const predictions = new Map<string, ImagePrediction>();
  const tests = new Map<string, TestItem[]>();
  const leftOut = new Map<string, TrainItem[]>();
  for await (const { item, score, map } of mergedPredictions(opened, job)) {
    const { score: value, class: used, isAnomalous } = score;
    predictions.set(item.id, { score: value, class: used, map, ...(isAnomalous !== undefined && { isAnomalous }) });
    const name = opened.plan.classes[item.label]!.name;
    if (item.defect === undefined) pushTo(leftOut, name, { id: item.id, file: item.file });
    else pushTo(tests, name, testItem(item, item.defect));
  }
  return { predictions, tests, leftOut };
}

function pushTo<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list) list.push(item);
  else lists.set(name, [item]);
}

function testItem({ id, file, masks = [] }: PlanItem, label: string): TestItem {
  return { id, file, label, ...(masks.length === 1 && { mask: masks[0]! }), ...(masks.length > 1 && { mask: masks }) };
}

function datasetOf({ plan }: OpenPlan, { manifest }: Detector, tests: ReadonlyMap<string, readonly TestItem[]>): Dataset {
  const names = manifest.classes.map(({ name }) => name);
  const classes = names.flatMap((name) => (tests.has(name) ? [{ name: name.normalize("NFC"), train: [], test: tests.get(name)! }] : []));
  return { root: plan.root, layout: "plan", readAs: "", classes, remarks: [], warnings: [] };
}
