import type { PlanItem } from "./plan.js";

/** Classes whose sums one shard holds: 2.8 MB each at 384 px. */
const mostClasses = 16;

/**
 * Cuts a list of images into shards of at most `size` images and 16 classes, in its order.
 * @param items grouped by class
 * @param size the most images of one shard
 */
export function cutShards(items: readonly PlanItem[], size: number): PlanItem[][] {
  const shards: PlanItem[][] = [];
  let labels = new Set<number>();
  for (const item of items) {
    const last = shards.at(-1);
    const isFull = !last || last.length >= size || (labels.size >= mostClasses && !labels.has(item.label));
    if (isFull) labels = new Set();
    labels.add(item.label);
    if (isFull) shards.push([item]);
    else last.push(item);
  }
  return shards;
}
