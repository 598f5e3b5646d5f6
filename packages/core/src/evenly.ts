/** Picks at most `most` items at equal distances, beginning with the first; returns all of them if there are no more than that. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
