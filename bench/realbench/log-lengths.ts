import { float32 } from "@ltad/core";
import type { FeatureStore } from "@ltad/feature-store";
import { type FeatureSpec, openStatisticsFit, type StatisticsOptions, sumUp } from "@ltad/features";
import type { ClassScorer } from "./baseline.js";
import { closedForm } from "./closed-form.js";

// Unit length hides how loud a token is. Here the logarithm of each stage's length is a channel of its own; it is not in the product.

interface RawImages {
  /** Raw tokens. */
  readonly store: FeatureStore;
  readonly labels: readonly number[];
  readonly spec: FeatureSpec;
  readonly statistics: StatisticsOptions;
}

/** Scorers of raw tokens [N, C], one a class. */
export async function logLengths({ store, labels, spec: raw, statistics }: RawImages): Promise<ClassScorer[]> {
  const spec: FeatureSpec = { ...raw, channels: raw.channels + raw.stages.length };
  const counts = Array.from({ length: Math.max(...labels) + 1 }, (_, label) => labels.filter((own) => own === label).length);
  const read = async (index: number) => {
    const { features, z } = await store.read(index);
    return { features: float32([1, spec.tokens, spec.channels], withLogLengths(features.data, raw)), z };
  };
  const sums = await sumUp({ store: { read }, labels, counts }, spec, {});
  const fit = await openStatisticsFit(spec, statistics);
  const all = await fit.of({ store: { read }, labels, counts }, sums, {});
  await fit.dispose();
  const scorers: ClassScorer[] = [];
  for (const label of counts.keys()) {
    const row = (name: "positionMean" | "whitening" | "axes" | "gain" | "classZ") => {
      const { shape, data } = all[name]!;
      const size = data.length / shape[0]!;
      return float32([1, ...shape.slice(1)], data.slice(label * size, (label + 1) * size));
    };
    const own = {
      positionMean: row("positionMean"),
      whitening: row("whitening"),
      axes: row("axes"),
      gain: row("gain"),
      classZ: row("classZ"),
    };
    const scorer = await closedForm({ ...all, ...own }, spec);
    scorers.push({ ...scorer, score: (features) => scorer.score(withLogLengths(features, raw)) });
  }
  return scorers;
}

/** Tokens whose stages have unit length times the root of their channels, and the logarithms of the lengths that they had: [N, C + L]. */
function withLogLengths(tokens: ArrayLike<number>, { channels, stages }: FeatureSpec): Float32Array {
  const width = channels + stages.length;
  const rows = tokens.length / channels;
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let from = 0;
    for (const [place, { channels: count }] of stages.entries()) {
      let square = 0;
      for (let c = from; c < from + count; c++) square += tokens[row * channels + c]! ** 2;
      const length = Math.max(Math.sqrt(square), 1e-12);
      for (let c = from; c < from + count; c++) out[row * width + c] = (tokens[row * channels + c]! * Math.sqrt(count)) / length;
      out[row * width + channels + place] = Math.log(length);
      from += count;
    }
  }
  return out;
}
