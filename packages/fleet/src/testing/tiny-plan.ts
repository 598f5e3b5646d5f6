import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng, sha256 } from "@ltad/core";
import { longTail, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { tinyImageEncoder } from "@ltad/encoder/testing";
import { featuresId } from "@ltad/feature-store";
import { encoderGraph, featureSpec } from "@ltad/features";
import { onTestFinished } from "vitest";
import { openPlan, planAddress } from "../plan/open-plan.js";
import type { Plan } from "../plan/plan.js";
import { writePlan } from "../plan/write-plan.js";
import type { S3Options } from "../s3/s3-options.js";
import type { Source } from "../source/open-source.js";
import { openStore } from "../store/open-store.js";
import type { Store } from "../store/store.js";

const encoder = tinyImageEncoder(createRng(1));
const spec = featureSpec(encoder, { inputSize: 64, stages: [2, 3], gridStride: 16, shrink: "area", length: "unit" });
const graph = encoderGraph(encoder, spec);
export const tiny = { encoder, spec, graph };

export interface TinyPlanOptions {
  readonly shardImages: number;
  readonly sample?: number;
  readonly copiesUpTo?: number;
  readonly train?: number;
  readonly classes?: number;
  /** Files with this content, as images of the first class, by name. */
  readonly bad?: Readonly<Record<string, Uint8Array | string>>;
  /** Moves the data set elsewhere, and opens it there. */
  readonly move?: (data: string) => Promise<Source | undefined>;
  readonly s3?: S3Options;
  /** Where plans and results are; a folder by default. */
  readonly store?: Store;
}

/** A plan of statistics over a small synthetic set, by an encoder of random weights. */
export async function tinyPlan(root: string, options: TinyPlanOptions) {
  const { shardImages, sample = 4, copiesUpTo = 5, train = 12, classes = 3, bad = {}, move } = options;
  const data = join(root, "data");
  await synthesise(data, { seed: 1, size: 64, classes, train, good: 2, defects: 2 });
  const [first] = (await scanDataset(data)).classes;
  for (const [name, content] of Object.entries(bad)) await writeFile(join(data, first!.name, "train/good", name), content);
  const protocol = Object.keys(bad).length > 0 ? "full" : "exp4"; // a tail, or all files
  const source = await move?.(data);
  if (source) onTestFinished(() => source.close());
  const split = await longTail(await scanDataset(source?.scan ?? data), { protocol, seed: 1 });
  const store = options.store ?? (await openStore(join(root, `store-${shardImages}`)));
  const task: Plan["task"] = {
    kind: "statistics",
    encoder: sha256(graph),
    featuresId: featuresId(graph, spec),
    features: spec,
    config: {},
    protocol: split.protocol,
    seed: 3,
    sample,
    copiesUpTo,
  };
  const { id } = await writePlan(store, {
    root: source?.root ?? data,
    classes: split.classes.map(({ name, available, train: items }) => ({ name, available, images: items.length })),
    items: split.classes.flatMap(({ train: items }, label) =>
      items.map(({ id: image, file }) => ({ id: source?.rename(image) ?? image, file: source?.locate(file) ?? file, label })),
    ),
    shardImages,
    objects: [graph],
    task,
  });
  const address = planAddress(store.location, id);
  return { address, opened: await openPlan(address, { s3: options.s3 }), split, data, store };
}
