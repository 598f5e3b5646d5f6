import { resizeKernels } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import { z } from "zod";

/** The version of plans and results. Raise it when an older program would misread one. */
export const planVersion = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0).max(1e9);
const range = z.int().min(255).max(65535).optional();

const features = z.strictObject({
  inputSize: count,
  gridStride: count,
  tiles: z.strictObject({ size: count, starts: z.array(count).min(1).max(64) }).optional(),
  shrink: z.enum(["area", "bilinear"]),
  length: z.enum(["unit", "raw"]),
  kernel: z.enum(resizeKernels),
  stages: z.array(z.strictObject({ stage: count, channels: count, stride: count })).min(1),
  grid: count,
  tokens: count,
  channels: count,
  zSize: count,
});

const statistics = z.strictObject({
  kind: z.literal("statistics"),
  /** SHA-256 of the encoder's graph, which is an object of the store, and the name of its features. */
  encoder: hash,
  featuresId: hash,
  features,
  /** The complete config of the training to come. */
  config: z.record(z.string(), z.unknown()),
  protocol: z.string(),
  seed: z.int(),
  /** Images of a class whose features are kept: those with the smallest hashes of content and seed. */
  sample: z.int().min(1).max(1e6),
  /** Classes of at most so many images may be joined by turned copies, whose features are kept as well. */
  copiesUpTo: count,
});

const scores = z.strictObject({
  kind: z.enum(["score", "evaluate"]),
  /** Files of the model: objects of the store, by name. */
  model: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/), hash),
  /** Whether the class of an image is that of its folder, or predicted. */
  classes: z.enum(["folder", "predicted"]),
});

/** plan.json: the whole job, as all machines see it. Its id is the beginning of the SHA-256 of its content. */
export const planSchema = z.strictObject({
  format: z.literal("ltad-plan"),
  version: z.literal(planVersion),
  /** The program that made it, which every worker must be: "ltad 0.1.0". */
  producer: z.string(),
  /** The folder that the images lie in, or s3://BUCKET/PREFIX; their files are relative to it. */
  root: z.string(),
  maxPixels: count.optional(),
  /** In the order of the class index. `range` is the largest value that the 16-bit images of the class use. */
  classes: z.array(z.strictObject({ name: z.string().min(1).max(256), images: count, available: count, range })),
  /** Number of images, and SHA-256 of the list of them, which is an object beside the plan. */
  shards: z.array(z.strictObject({ images: count, items: hash })).max(1_000_000),
  task: z.discriminatedUnion("kind", [statistics, scores]),
});

type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

type Parsed = Fixed<z.infer<typeof planSchema>>;

/** A checked plan. */
export type Plan = Omit<Parsed, "task"> & { readonly task: StatisticsTask | ScoreTask };
export type StatisticsTask = Omit<Extract<Parsed["task"], { kind: "statistics" }>, "features"> & { readonly features: FeatureSpec };
export type ScoreTask = Exclude<Parsed["task"], { kind: "statistics" }>;

const itemSchema = z.strictObject({
  id: z.string(),
  file: z.string(),
  label: z.int().min(-1),
  /** Of a test image: "good" or the name of the defect, and its masks. */
  defect: z.string().optional(),
  masks: z.array(z.string()).optional(),
});

export const itemsSchema = z.array(itemSchema);

/** One image of a shard: its name in lists, its location below the root (or absolute), and the index of its class, -1 where it is not known. */
export type PlanItem = Fixed<z.infer<typeof itemSchema>>;
