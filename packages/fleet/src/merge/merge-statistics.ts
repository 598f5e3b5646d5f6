import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type JobOptions, LtadError, type NdArray, sha256, writeFileAtomic, writeSafetensors } from "@ltad/core";
import type { ClassSums } from "@ltad/features";
import type { OpenPlan } from "../plan/open-plan.js";
import type { StatisticsTask } from "../plan/plan.js";
import { byHash, smallest } from "../shard/sample.js";
import type { BadImage, ShardResult } from "../shard/shard-result.js";
import { classArrays } from "../shard/statistics-task.js";
import { addSums, sumsOf } from "./merge-sums.js";
import { wholeResults } from "./whole-results.js";
import { writeFolder } from "./write-folder.js";

/** Where a merge writes. */
export interface MergeOptions extends JobOptions {
  /** The folder to write. */
  readonly out: string;
  /** Replace it when it is there. */
  readonly force?: boolean | undefined;
}

/** The result of a merge. */
export interface Merged {
  readonly folder: string;
  /** Images that count. */
  readonly images: number;
  readonly bad: readonly BadImage[];
}

/** An image whose features are kept, and the turned copies beside them. */
export interface SampledImage {
  readonly id: string;
  readonly hash: string;
  readonly turns: readonly string[];
}

/** merged.json: what the arrays beside it are. */
export interface MergedInfo {
  readonly format: "ltad-merged";
  readonly plan: string;
  readonly producer: string;
  readonly classes: readonly {
    readonly name: string;
    readonly images: number;
    readonly available: number;
    readonly range?: number | undefined;
    /** Names of the images that count, in order. */
    readonly ids: readonly string[];
    readonly sample: readonly SampledImage[];
  }[];
  readonly bad: readonly BadImage[];
  readonly task: StatisticsTask;
}

/**
 * Merges the results of all shards into a folder that a training starts from: sums of every class, and the features of its sample.
 * It holds the sums of a class and the result of one shard at a time.
 * @throws LtadError `LTAD_DATA` when shards are missing or no image of a class can be used
 */
export async function mergeStatistics(opened: OpenPlan, task: StatisticsTask, options: MergeOptions): Promise<Merged> {
  const { out, force = false, ...job } = options;
  return writeFolder(out, force, async (folder) => {
    const classes = opened.plan.classes.map(() => newClass());
    const bad: BadImage[] = [];
    let open = 0;
    const closeBefore = async (label: number) => {
      for (; open < label; open++) await closeClass(folder, open, classes[open]!, task);
    };
    for await (const result of wholeResults(opened, job)) {
      const labels = Object.keys(result.info.counts ?? {}).map(Number);
      await closeBefore(Math.min(...labels, opened.plan.classes.length - 1)); // shards are in the order of the classes
      for (const label of labels) classes[label]!.sums = addSums(classes[label]!.sums, sumsOf(result, label));
      await keepSample(folder, result, classes, task.sample);
      bad.push(...result.info.bad);
      const badIds = new Set(result.info.bad.map(({ id }) => id));
      for (const { id, label } of await opened.items(result.info.shard)) if (!badIds.has(id)) classes[label]!.ids.push(id);
    }
    await closeBefore(classes.length);
    const info = infoOf(opened, task, classes, bad);
    await writeFileAtomic(join(folder, "merged.json"), `${JSON.stringify(info)}\n`);
    return { folder: out, images: info.classes.reduce((sum, { images }) => sum + images, 0), bad };
  });
}

/** A class while shards are read. */
interface OpenClass {
  sums: ClassSums | undefined;
  images: number;
  sample: (SampledImage & { readonly label: number })[];
  readonly ids: string[];
}

function newClass(): OpenClass {
  return { sums: undefined, images: 0, sample: [], ids: [] };
}

/** Writes the features of those images that are among the smallest so far, and removes those that are no longer. */
async function keepSample(folder: string, result: ShardResult, classes: readonly OpenClass[], size: number): Promise<void> {
  const found = result.info.sample ?? [];
  for (const label of new Set(found.map((image) => image.label))) {
    const own = classes[label]!;
    const before = own.sample;
    const fresh = found.map((image, place) => ({ ...image, place })).filter((image) => image.label === label);
    own.sample = smallest([...before, ...fresh], size);
    const kept = new Set(own.sample);
    for (const image of before) if (!kept.has(image)) await rm(join(folder, sampleFile(label, image)), { force: true });
    await mkdir(join(folder, "sample", String(label)), { recursive: true });
    for (const image of fresh)
      if (kept.has(image)) await writeSafetensors(join(folder, sampleFile(label, image)), arraysOf(result, image.place));
  }
}

/** features, z, mirror.features and so on of one image. */
function arraysOf({ arrays }: ShardResult, place: number): Record<string, NdArray> {
  const prefix = `sample.${place}.`;
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
  );
}

/** Where the features of an image are, below the folder. */
export function sampleFile(label: number, { id, hash }: SampledImage): string {
  return join("sample", String(label), `${hash.slice(0, 16)}-${sha256(id).slice(0, 8)}.safetensors`);
}

/** Where the sums of a class are. */
export function sumsFile(label: number): string {
  return join("statistics", `${label}.safetensors`);
}

async function closeClass(folder: string, label: number, own: OpenClass, { features }: StatisticsTask): Promise<void> {
  if (!own.sums) return;
  own.images = own.sums.images;
  await writeSafetensors(join(folder, sumsFile(label)), classArrays("sums", own.sums, features), { images: String(own.images) });
  own.sums = undefined;
}

function infoOf({ id, plan }: OpenPlan, task: StatisticsTask, classes: readonly OpenClass[], bad: readonly BadImage[]): MergedInfo {
  const empty = plan.classes.filter((_, label) => classes[label]!.images === 0).map(({ name }) => name);
  if (empty.length > 0)
    throw new LtadError(
      "LTAD_DATA",
      `no image of ${empty.join(", ")} can be used. Repair the images and run \`ltad fleet retry PLAN --bad\`.`,
    );
  return {
    format: "ltad-merged",
    plan: id,
    producer: plan.producer,
    classes: plan.classes.map(({ name, available, range }, label) => {
      const { images, ids, sample } = classes[label]!;
      const kept = sample.toSorted(byHash).map(({ id: image, hash, turns }) => ({ id: image, hash, turns }));
      return { name, images, available, ...(range !== undefined && { range }), ids, sample: kept };
    }),
    bad,
    task,
  };
}
