import { LtadError } from "@ltad/core/browser";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";

/** The score of one image. */
export interface ScoredImage {
  readonly score: number;
  readonly anomaly: boolean;
  /** What messages call the image. */
  readonly name: string;
}

/** Collects image scores one at a time; shards can be merged, and `images` stored as JSON. */
export interface ImageScores {
  readonly images: readonly ScoredImage[];
  /** @throws LtadError `LTAD_DATA` for a score that is not finite */
  add(image: ScoredImage): void;
  /** Adds all images of another accumulator. */
  merge(other: Pick<ImageScores, "images">): void;
  readonly counts: { readonly good: number; readonly defective: number };
  ranking(): Ranking;
}

/** An accumulator, empty or with the images of another one. */
export function imageScores(start: readonly ScoredImage[] = []): ImageScores {
  const images: ScoredImage[] = [];
  const add = (image: ScoredImage) => {
    if (!Number.isFinite(image.score)) {
      const message = `${image.name}: its score is ${image.score}; scores must be finite numbers.`;
      throw new LtadError("LTAD_DATA", message, { details: { image: image.name } });
    }
    images.push(image);
  };
  start.forEach(add);
  return {
    images,
    add,
    merge: (other) => [...other.images].forEach(add),
    get counts() {
      const defective = images.filter(({ anomaly }) => anomaly).length;
      return { good: images.length - defective, defective };
    },
    ranking: () =>
      rank(
        images.map(({ score }) => score),
        images.map(({ anomaly }) => anomaly),
        images.map(({ name }) => name),
      ),
  };
}
