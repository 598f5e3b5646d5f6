import { eachAtOnce, sha256, version } from "@ltad/core";
import { belowRoot } from "../source/location.js";
import type { Store } from "../store/store.js";
import { cutShards } from "./cut-shards.js";
import { type Plan, type PlanItem, planVersion } from "./plan.js";

/** What a plan is made from. */
export interface PlanParts extends Pick<Plan, "root" | "maxPixels" | "classes" | "task"> {
  /** All images, grouped by class. */
  readonly items: readonly PlanItem[];
  /** Images of a shard. */
  readonly shardImages: number;
  /** Objects that the workers need, such as the encoder's graph. */
  readonly objects: readonly Uint8Array[];
}

/** A plan in its store. */
export interface WrittenPlan {
  readonly id: string;
  readonly plan: Plan;
}

/** The program that a plan belongs to. */
export const producer = `ltad ${version}`;

/** Writes a plan and the files that its workers need into a store, plan.json last. The same data and settings give the same plan. */
export async function writePlan(store: Store, parts: PlanParts): Promise<WrittenPlan> {
  const { root, maxPixels, classes, task, objects } = parts;
  const lists = cutShards(
    parts.items.map((item) => below(root, item)),
    parts.shardImages,
  ).map((items) => JSON.stringify(items));
  const shards = lists.map((text) => ({ images: (JSON.parse(text) as unknown[]).length, items: sha256(text) }));
  const head = { format: "ltad-plan", version: planVersion, producer, root } as const;
  const plan: Plan = { ...head, ...(maxPixels !== undefined && { maxPixels }), classes, shards, task };
  const text = `${JSON.stringify(plan)}\n`;
  const id = sha256(text).slice(0, 16);
  for (const content of objects) await store.write(`objects/${sha256(content)}`, content);
  await eachAtOnce(lists, (list, shard) => store.write(itemsKey(id, shard), list));
  await store.write(planKey(id), text);
  return { id, plan };
}

/** The key of plan.json. */
export function planKey(id: string): string {
  return `plans/${id}/plan.json`;
}

/** The key of the list of images of a shard. */
export function itemsKey(id: string, shard: number): string {
  return `plans/${id}/items/${shardName(shard)}.json`;
}

/** The number of a shard in keys: six digits, so that text order is number order. */
export function shardName(shard: number): string {
  return String(shard).padStart(6, "0");
}

function below(root: string, item: PlanItem): PlanItem {
  const local = (file: string) => belowRoot(root, file);
  return { ...item, file: local(item.file), ...(item.masks && { masks: item.masks.map(local) }) };
}
