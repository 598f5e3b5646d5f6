import type { OpenPlan } from "../plan/open-plan.js";
import type { StoreEntry } from "../store/store.js";
import { shardName } from "../plan/write-plan.js";
import { readResult, type ShardResult, shardsFolder } from "./shard-result.js";

/** A result in the store, as its name says. */
export interface ResultEntry extends StoreEntry {
  readonly shard: number;
  /** Images that do not count. */
  readonly bad: number;
}

/** The results of each shard that has any, the one that counts first. */
export async function listResults({ id, store }: Pick<OpenPlan, "id" | "store">): Promise<ReadonlyMap<number, readonly ResultEntry[]>> {
  const byShard = new Map<number, ResultEntry[]>();
  for (const entry of await store.list(shardsFolder(id))) {
    const [, shard, bad] = /\/(\d{6,})\/(\d{6,})-[0-9a-f]{64}\.safetensors$/.exec(entry.key) ?? [];
    if (shard === undefined) continue;
    const own = byShard.get(Number(shard)) ?? [];
    byShard.set(Number(shard), [...own, { ...entry, shard: Number(shard), bad: Number(bad) }]);
  }
  return byShard;
}

/** The shards without a result, ascending. */
export async function missingShards(opened: OpenPlan): Promise<number[]> {
  const results = await listResults(opened);
  return [...opened.plan.shards.keys()].filter((shard) => !results.has(shard));
}

/** Whether a shard has a result. */
export async function hasResult({ id, store }: Pick<OpenPlan, "id" | "store">, shard: number): Promise<boolean> {
  return (await store.list(`${shardsFolder(id)}/${shardName(shard)}`)).length > 0;
}

/** The result of a shard that counts: the first that is whole. */
export async function firstWhole(opened: Pick<OpenPlan, "store">, entries: readonly ResultEntry[]): Promise<ShardResult | undefined> {
  for (const { key } of entries) {
    const result = await readResult(opened, key);
    if (result) return result;
  }
  return undefined;
}
