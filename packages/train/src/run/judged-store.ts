import { type FloatArray, float32, floats } from "@ltad/core";
import type { FeatureStore } from "@ltad/feature-store";

// Shapes: K classes, N tokens, C channels.

/**
 * A store in which every ignored place of an image shows a patch of a judged place of the same image. Whatever is computed from it, sums,
 * statistics, batches and scores, has seen nothing of the ignored part, and every judged place counts about as often as any other.
 * @param judged [K, N]; every class has a judged place
 */
export function judgedStore(store: FeatureStore, labels: readonly number[], judged: FloatArray): FeatureStore {
  const sources = Array.from({ length: judged.shape[0]! }, (_, label) => sourcesOf(rowOfJudged(judged, label)));
  return {
    async read(index) {
      const image = await store.read(index);
      const { shape } = image.features;
      const [from, channels] = [floats(image.features, "features"), shape[2]!];
      const data = new Float32Array(from.length);
      sources[labels[index]!]!.forEach((source, place) => {
        data.set(from.subarray(source * channels, (source + 1) * channels), place * channels);
      });
      return { ...image, features: { dtype: "float32", shape, data } };
    },
  };
}

/** The table of classes that judge everything: [K, N]. */
export function allJudged(classes: number, tokens: number): FloatArray {
  return float32([classes, tokens], new Float32Array(classes * tokens).fill(1));
}

/** The row of a class, [N]. */
export function rowOfJudged({ shape, data }: FloatArray, label: number): Float32Array {
  const tokens = shape[1]!;
  return data.subarray(label * tokens, (label + 1) * tokens);
}

/** Whether a class judges the whole image; if not, z, which is of the whole image, says nothing of it. */
export function seesAll({ judged }: { readonly judged?: FloatArray }, label: number): boolean {
  return !judged || !rowOfJudged(judged, label).includes(0);
}

/** For each place itself where it is judged, else a judged place; these are taken evenly. */
export function sourcesOf(judged: Float32Array): number[] {
  const places = [...judged.keys()].filter((place) => judged[place] === 1);
  const ignored = judged.length - places.length;
  let passed = 0;
  return Array.from(judged, (value, place) => (value === 1 ? place : places[Math.floor(((passed++ + 0.5) * places.length) / ignored)]!));
}
