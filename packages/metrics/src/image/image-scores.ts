import { LtadError } from "@ltad/core/browser";
import { anything, boolean, check, having, listOf, string } from "@ltad/core/check";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";

/** The score of one image. */
export interface ScoredImage {
  readonly score: number;
  readonly anomaly: boolean;
  /** What messages call the image. */
  readonly name: string;
}

/** Collects image scores one at a time. Accumulators can be merged, and `images` can be stored as JSON. */
export interface ImageScores {
  readonly images: readonly ScoredImage[];
  /** @throws LtadError `LTAD_DATA` for a score that is not finite */
  add(image: ScoredImage): void;
  /** Adds all images of another accumulator. */
  merge(other: Pick<ImageScores, "images">): void;
  readonly counts: { readonly good: number; readonly defective: number };
  /** The scores sorted, for every metric of images. More images can be added afterwards. */
  ranking(): Ranking;
}

/**
 * Creates an accumulator, empty or with the images of another one.
 * @throws LtadError `LTAD_DATA` for a score that is not finite
 */
export function imageScores(start: readonly ScoredImage[] = []): ImageScores {
  const images: ScoredImage[] = [];
  const add = (image: ScoredImage) => {
    check("imageScores", { image }, { image: having("an image { score, anomaly, name }") });
    const { anomaly, name } = image;
    check("imageScores", { anomaly, name }, { anomaly: boolean, name: string });
    if (!Number.isFinite(image.score)) {
      const message = `${image.name}: its score is ${image.score}; scores must be finite numbers.`;
      throw new LtadError("LTAD_DATA", message, { details: { image: image.name } });
    }
    images.push(image);
  };
  check("imageScores", { start }, { start: listOf(anything) });
  start.forEach(add);
  return {
    images,
    add,
    merge(other) {
      check("merge", { other }, { other: having("an accumulator of image scores", "images") });
      [...other.images].forEach(add);
    },
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
