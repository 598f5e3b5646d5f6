import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JobOptions, LtadError } from "@ltad/core";
import type { Dataset, TestItem, TrainItem } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import type { Evaluation, ImagePrediction } from "@ltad/evaluate";
import {
  localFile,
  type Merged,
  mergedPredictions,
  type MergeOptions,
  mergeScores,
  type MergeScoresOptions,
  mergeStatistics,
  openPlan,
  type OpenPlan,
  type OpenPlanOptions,
  type PlanItem,
  type ScoreTask,
  withModel,
} from "@ltad/fleet";

/** What a merge wrote, and for an evaluation its numbers. */
export interface MergedPlan extends Merged {
  readonly evaluation?: Evaluation;
}

/**
 * Merges the results of all shards of a plan into a folder: statistics and sample for a training, scores, or the files of `ltad eval`.
 * @throws LtadError `LTAD_DATA` when shards are missing
 */
export async function mergePlan(address: string, options: MergeScoresOptions & OpenPlanOptions): Promise<MergedPlan> {
  const { root, s3, ...merge } = options;
  const opened = await openPlan(address, { root, s3 });
  const { task } = opened.plan;
  const { format, ...others } = merge;
  if (task.kind === "statistics") {
    if (format !== undefined) throw formatError(format);
    return mergeStatistics(opened, task, others);
  }
  let evaluation: Evaluation | undefined;
  const andThen = async (folder: string) => {
    if (task.kind === "evaluate")
      evaluation = await withModel(opened, task, (model) => evaluateMerged(opened, task, model, { ...others, out: folder }));
  };
  const merged = await mergeScores(opened, { ...merge, andThen });
  return { ...merged, ...(evaluation && { evaluation }) };
}

async function evaluateMerged(opened: OpenPlan, task: ScoreTask, model: string, { out, ...job }: MergeOptions): Promise<Evaluation> {
  const { evaluate, writeMeasures, writeScores } = await import("@ltad/evaluate");
  const copies = await mkdtemp(join(tmpdir(), "ltad-masks-"));
  const detector = await openDetector(model);
  try {
    const { predictions, tests, leftOut } = await readPredictions(opened, copies, job);
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
    await rm(copies, { recursive: true, force: true });
  }
}

function formatError(received: string): LtadError {
  const message = `--format ${received}: the plan computes statistics, which have only one format. Use --format only with plans of the task score or evaluate.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "format", received } });
}

/** What the workers said, by image, and the images themselves by class. */
async function readPredictions(opened: OpenPlan, copies: string, job: JobOptions) {
  const predictions = new Map<string, ImagePrediction>();
  const tests = new Map<string, TestItem[]>();
  const leftOut = new Map<string, TrainItem[]>();
  for await (const { item, score, map } of mergedPredictions(opened, job)) {
    const { score: value, class: used, isAnomalous } = score;
    predictions.set(item.id, { score: value, class: used, map, ...(isAnomalous !== undefined && { isAnomalous }) });
    const name = opened.plan.classes[item.label]!.name;
    if (item.defect === undefined) pushTo(leftOut, name, { id: item.id, file: item.file });
    else pushTo(tests, name, await testItem(opened, item, copies));
  }
  return { predictions, tests, leftOut };
}

function pushTo<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list) list.push(item);
  else lists.set(name, [item]);
}

/** An evaluation opens masks, and the images that have them. */
async function testItem(opened: OpenPlan, { id, file, defect = "", masks = [] }: PlanItem, copies: string): Promise<TestItem> {
  if (masks.length === 0) return { id, file, label: defect };
  const mask = await Promise.all(masks.map((one) => localFile(opened, one, copies)));
  return { id, file: await localFile(opened, file, copies), label: defect, mask: mask.length === 1 ? mask[0]! : mask };
}

function datasetOf({ plan }: OpenPlan, { manifest }: Detector, tests: ReadonlyMap<string, readonly TestItem[]>): Dataset {
  const names = manifest.classes.map(({ name }) => name);
  const classes = names.flatMap((name) => (tests.has(name) ? [{ name: name.normalize("NFC"), train: [], test: tests.get(name)! }] : []));
  return { root: plan.root, layout: "plan", readAs: "", classes, remarks: [], warnings: [] };
}
