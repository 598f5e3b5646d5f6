import { short } from "@ltad/core/format";

/** Watches whether the maps of a class share one scale. */
export interface MapScales {
  /** @returns the largest value; NaN when there is one */
  add(values: Float32Array): number;
  /** In sentences for the user. */
  warnings(): string[];
}

/** Detectors that scale each map to its own range leave nearly all with one maximum. Saturated ones differ on good images. */
const mostEqual = 0.9;

/** @param name of the class, which begins each warning */
export function mapScales(name: string): MapScales {
  const counts = new Map<number, number>();
  let [maps, constant] = [0, 0];
  return {
    add(values) {
      const { low, high } = rangeOf(values);
      maps++;
      if (low === high) constant++;
      const rounded = Number(high.toPrecision(6)); // 0.9999999 and 1 are one
      counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
      return high;
    },
    warnings() {
      const [value, equal] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0] as [number, number]);
      if (maps < 2) return [];
      if (constant === maps) return [`${name}: every map is constant, so no map shows where an anomaly is.`];
      if (equal < mostEqual * maps) return [];
      return [
        `${name}: ${equal} of ${maps} maps have the same largest value, ${short(value)}, as if each map had been scaled to its own range. ` +
          "Then a good image looks as anomalous as a defect; save all maps on one scale, as the detector outputs them.",
      ];
    },
  };
}

function rangeOf(values: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) return { low: value, high: value };
    if (value > high) high = value;
    if (value < low) low = value;
  }
  return { low, high };
}
