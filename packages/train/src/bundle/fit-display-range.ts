import type { GoodImage } from "./good-scores.js";

/**
 * The map values between which heat maps are drawn, from good images only. The range begins at their 99th percentile, below which a heat map is clear,
 * and ends six times as far above their median as the 99.9th percentile. Maps are squared distances, so this is about two and a half times the distance.
 */
export function fitDisplayRange(images: readonly Pick<GoodImage, "map">[]): { low: number; high: number } {
  const tokens = images[0]!.map.length;
  const values = new Float32Array(images.length * tokens);
  images.forEach(({ map }, place) => values.set(map, place * tokens));
  values.sort();
  const ignored = Math.max(
    0,
    values.findIndex((value) => value > 0),
  ); // an ignored place is 0, a judged one is not
  const judged = values.subarray(ignored);
  const quantile = (q: number) => judged[Math.min(judged.length - 1, Math.floor(q * judged.length))]!;
  const [median, low, top] = [quantile(0.5), quantile(0.99), quantile(0.999)];
  return { low, high: Math.max(low + 1e-3, median + 6 * (top - median)) };
}
