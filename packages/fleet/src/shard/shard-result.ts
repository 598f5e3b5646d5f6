import { decodeDoubles, decodeSafetensors, encodeSafetensors, type FileArrays, type NdArrays, sha256 } from "@ltad/core";
import { z } from "zod";
import type { OpenPlan } from "../plan/open-plan.js";
import { shardName } from "../plan/write-plan.js";

const badImage = z.strictObject({ id: z.string(), reason: z.string() });

const infoSchema = z.strictObject({
  plan: z.string(),
  shard: z.int().min(0),
  /** Images that count. */
  images: z.int().min(0),
  /** Images that do not: they could not be read twice, or ended the worker twice. */
  bad: z.array(badImage),
  /** By index of the class, the images in its sums. */
  counts: z.record(z.string(), z.int().min(0)).optional(),
  sample: z.array(z.strictObject({ id: z.string(), label: z.int().min(0), hash: z.string(), turns: z.array(z.string()) })).optional(),
  scores: z
    .array(
      z.strictObject({
        id: z.string(),
        class: z.string(),
        score: z.number(),
        isAnomalous: z.boolean().optional(),
        limit: z.number().nullable().optional(),
      }),
    )
    .optional(),
});

type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

/** What a shard says beside its arrays. */
export type ShardInfo = Fixed<z.infer<typeof infoSchema>>;
export type BadImage = Fixed<z.infer<typeof badImage>>;

/** The result of a shard. */
export interface ShardResult {
  readonly info: ShardInfo;
  readonly arrays: NdArrays;
  /** Those in double precision. */
  readonly doubles: Readonly<Record<string, Float64Array>>;
}

/** The folder of the results of a plan. */
export function shardsFolder(id: string): string {
  return `plans/${id}/shards`;
}

/**
 * Writes the result of a shard as one safetensors object, named by the number of its bad images and the hash of its content. The smallest
 * name of a shard counts, so that a result without bad images replaces one with them, and equal results are one object.
 */
export async function writeResult({ id, store }: Pick<OpenPlan, "id" | "store">, info: ShardInfo, arrays: FileArrays): Promise<string> {
  const content = encodeSafetensors(arrays, { ltad: JSON.stringify(info) });
  const name = `${shardName(info.bad.length)}-${sha256(content)}`;
  const key = `${shardsFolder(id)}/${shardName(info.shard)}/${name}.safetensors`;
  await store.write(key, content);
  return key;
}

/**
 * Reads a result; undefined where the object is missing, cut off or damaged, which its hash shows, or was copied from another plan or shard, which
 * its content says.
 */
export async function readResult({ store }: Pick<OpenPlan, "store">, key: string): Promise<ShardResult | undefined> {
  const content = await store.read(key);
  const [, plan, shard, hash] = /([0-9a-f]{16})\/shards\/(\d+)\/\d+-([0-9a-f]{64})\.safetensors$/.exec(key) ?? [];
  if (!content || sha256(content) !== hash) return undefined;
  const { arrays, metadata } = decodeSafetensors(content, key);
  const info = infoSchema.parse(JSON.parse(metadata["ltad"] ?? "{}"));
  if (info.plan !== plan || info.shard !== Number(shard)) return undefined;
  return { info, arrays, doubles: decodeDoubles(content, key) };
}
