import { arrayLike } from "./check/numbers.js";
import { check } from "./check/rule.js";
import { whole } from "./check/simple.js";

/** Picks at most `most` items at equal distances, beginning with the first; returns all of them if there are no more than that. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  check("evenly", { items, most }, { items: arrayLike, most: whole(0) });
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
