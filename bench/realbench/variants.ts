import { float32, floats } from "@ltad/core";
import type { Detector, Scores } from "@ltad/detector";
import type { ClassScorer } from "./baseline.js";

/** A detector that scores with one of its two maps alone; the image score is the map's maximum. */
export function oneMap(detector: Detector, name: "recMap" | "semMap" | "map"): Detector {
  return {
    ...detector,
    score: async (...inputs) => {
      const scores = await detector.score(...inputs);
      const map = scores[name];
      const cells = map.length / scores.score.length;
      return { ...scores, map, score: scores.score.map((_, b) => largest(map.subarray(b * cells, (b + 1) * cells))) };
    },
  };
}

/** A baseline under the same evaluation: one scorer a class, one image at a time, the class given. */
export function asDetector(detector: Detector, scorers: readonly ClassScorer[]): Detector {
  return {
    ...detector,
    score: async (features, _z, classes): Promise<Scores> => {
      const label = classes?.[0] ?? 0;
      const map = await scorers[label]!.score(floats(features, "features"));
      const empty = float32([map.length]).data;
      return {
        score: Float32Array.of(largest(map)),
        classes: Int32Array.of(label),
        map,
        recMap: map,
        semMap: empty,
        grid: detector.manifest.features.grid,
      };
    },
  };
}

function largest(values: Float32Array): number {
  return values.reduce((top, value) => Math.max(top, value), -Infinity);
}
