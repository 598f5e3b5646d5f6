import { resolve } from "node:path";
import { evenly, LtadError, sha256 } from "@ltad/core";
import { type Dataset, longTail, type Split } from "@ltad/data";
import type { PlanParts } from "@ltad/fleet";
import { resolveConfig } from "@ltad/train/config";
import { cacheDirIn, hubSettings } from "../environment.js";
import { readConfigFile } from "../read-config-file.js";
import { settingPairs } from "../setting-pairs.js";
import { type PlanData, scanPlanData } from "./open-plan-data.js";
import type { PlanOptions } from "./plan-options.js";

/** Images of a class that show the range of its 16-bit images and their size, and whose features a training gets. */
const [mostLookedAt, sampleSize] = [1000, 512];

/** The plan of a training's statistics: all training images of a split, and how they are encoded. */
export async function planStatistics(data: PlanData, options: PlanOptions): Promise<PlanParts & { readonly dataset: Dataset }> {
  const { protocol = "full", order, seed = 0, sample = sampleSize, env = process.env, maxPixels, signal } = options;
  const config = resolveConfig({
    preset: options.preset,
    file: options.config === undefined ? {} : await readConfigFile(options.config),
    sets: settingPairs(options),
  });
  if (sample < config.copies.upTo) throw sampleError(sample, config.copies.upTo);
  const dataset = await scanPlanData(data, options);
  const split = await longTail(dataset, { protocol, order, seed });
  const { prepareEncoding, withRanges } = await import("@ltad/train");
  const looked = await withRanges(await readable(split, data), { signal, maxPixels });
  const ranges = looked.classes.map(({ train }) => train[0]?.range);
  const hub = hubSettings(env);
  const cacheDir = resolve(options.cacheDir ?? cacheDirIn(env));
  const encoding = await prepareEncoding(looked, { ...hub, config, cacheDir, offline: options.offline ?? hub.offline, signal });
  const { spec, graph, config: fitted, featuresId } = encoding;
  return {
    dataset,
    root: data.source?.root ?? resolve(dataset.root),
    ...(maxPixels !== undefined && { maxPixels }),
    classes: split.classes.map(({ name, available, train }, label) => {
      const range = ranges[label];
      return { name, available, images: train.length, ...(range !== undefined && { range }) };
    }),
    items: split.classes.flatMap(({ train }, label) =>
      train.map(({ id, file }) => ({ id, file: data.source?.locate(file) ?? resolve(file), label })),
    ),
    shardImages: options.shardImages ?? 0,
    objects: [graph],
    task: {
      kind: "statistics",
      encoder: sha256(graph),
      featuresId,
      features: spec,
      config: fitted,
      protocol: split.protocol,
      seed,
      sample,
      copiesUpTo: fitted.copies.upTo,
    },
  };
}

/** Some images of each class, without those whose headers cannot be read: the workers name all of them later. */
async function readable(split: Split, { source }: PlanData): Promise<Split> {
  const { checkFiles } = await import("@ltad/data");
  const some = split.classes.map((entry) => ({ ...entry, train: evenly(entry.train, mostLookedAt) }));
  await source?.load(some.flatMap(({ train }) => train.map(({ file }) => file)));
  const files = some.flatMap(({ train }) => train.map(({ file }) => ({ file, depth: depthOf(file) })));
  const bad = new Set((await checkFiles(files)).bad.map(({ file }) => file));
  return { ...split, classes: some.map((entry) => ({ ...entry, train: entry.train.filter(({ file }) => !bad.has(file)) })) };
}

/** Kinds that can have 16 bits are decoded for their range, so they must be whole. */
function depthOf(file: string): "header" | "full" {
  return /\.(png|tiff?)$/i.test(file) ? "full" : "header";
}

function sampleError(received: number, expected: number): LtadError {
  const message = `--sample: expected at least ${expected} images, because classes of so many images may get turned copies (copies.upTo), received ${received}.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "sample", expected, received } });
}
