import { totalmem } from "node:os";
import { join } from "node:path";
import { count, foldRemarks, seconds } from "@ltad/core/format";
import type { BenchmarkName } from "../../../reproduce/benchmark-names.js";
import { isList } from "../../../reproduce/named-splits.js";
import { reproduce, type ReproduceOptions, type Reproduction, type ReproductionPlan } from "../../../reproduce/reproduce.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { resultTable } from "./result-table.js";
import { splitTable } from "./split-table.js";

export interface ReproduceCommandOptions
  extends
    CommonOptions,
    Pick<
      ReproduceOptions,
      "data" | "seeds" | "order" | "preset" | "config" | "set" | "links" | "maxPixels" | "cacheDir" | "offline" | "dryRun"
    > {
  readonly split?: readonly string[];
  readonly out?: string;
}

/** Trains the splits of the paper, and prints our numbers beside the published ones as soon as a split is measured. */
export async function reproduceCommand(io: Io, name: BenchmarkName, options: ReproduceCommandOptions): Promise<void> {
  await withSession(io, options, "Run the same command to continue; finished trainings are kept.", async (session) => {
    await warnWithoutNative(session);
    const { split: splits = ["exp100"], out = `reproduce-${name}`, dryRun, ...settings } = options;
    const { signal, onProgress } = session;
    const found = await reproduce(name, {
      ...settings,
      splits,
      out,
      dryRun,
      env: io.env,
      signal,
      onProgress,
      onPlan: (plan) => showPlan(session, plan),
      onRun: ({ seed, folder }, { isDone }) => session.info(`seed ${seed}${isDone ? " (already finished)" : ""}: ${folder}`),
      onSplit: (result) => session.print(`\n${resultTable(result, name)}`),
    });
    session.printJson(jsonOf(name, found));
    if (dryRun) return;
    session.info(`\nThe numbers are in ${join(out, "reproduce.json")}. To evaluate one model in full, run`);
    session.info(`  ${typedCommand(io.env, "eval", found.results[0]!.runs[0]!.folder, options.data, "--all", "--report")}`);
  });
}

function showPlan(session: Session, plan: ReproductionPlan): void {
  const { benchmark, dataset, missing, splits, config, estimate } = plan;
  session.info(dataset.readAs);
  for (const warning of foldRemarks(dataset.warnings)) session.warn(warning);
  for (const remark of foldRemarks(missing)) session.warn(remark);
  if (missing.length > 0)
    session.warn(`This is not the complete ${benchmark.title} data set: do not compare these results with the published ones.`);
  for (const warning of splits.flatMap(({ split }) => split.warnings ?? [])) session.warn(warning);
  session.print(splitTable(plan));
  if (splits.some(({ protocol }) => !isList(protocol)))
    session.info(
      "The images are drawn by rule, because the authors' lists (Zenodo record 10854201) were not available; --split NAME=FILE trains on a list.",
    );
  if (config.encoder.image !== "align-base")
    session.info(`The paper's encoder is ALIGN; these models use ${config.encoder.image} (docs/encoders.md explains how to change it).`);
  session.info(estimate ? estimateLine(estimate) : "All trainings are finished.");
  if (estimate && estimate.memory > totalmem())
    session.warn(`This machine has ${gigabytes(totalmem())} of memory, which may not be enough.`);
}

function estimateLine({ seconds: time, memory, disk }: NonNullable<ReproductionPlan["estimate"]>): string {
  const hours = (time / 3600).toFixed(time < 36_000 ? 1 : 0);
  return `Estimated from a dry run on this machine: ${seconds(time)} (${hours} hours), ${gigabytes(memory)} of memory, ${gigabytes(disk)} of disk.`;
}

function gigabytes(bytes: number): string {
  return `${count(Math.ceil(bytes / 1e8) / 10)} GB`;
}

function jsonOf(name: BenchmarkName, { dataset, missing, splits, config, estimate, results, benchmark }: Reproduction) {
  return {
    benchmark: name,
    data: dataset.root,
    layout: dataset.layout,
    complete: missing.length === 0,
    missing,
    preset: config.preset,
    estimate: estimate && {
      seconds: estimate.seconds,
      hours: estimate.seconds / 3600,
      memory_bytes: estimate.memory,
      disk_bytes: estimate.disk,
      encode_seconds: estimate.encode,
      splits: estimate.splits,
    },
    splits: splits.map(({ name: split, protocol, split: { classes }, high, low }) => ({
      split,
      protocol,
      order: [...high, ...low],
      high: high.length,
      counts: Object.fromEntries(classes.map(({ name: own, train }) => [own, train.length])),
      published: benchmark.published(split),
    })),
    results,
  };
}
