import { imageStemsOf } from "../words.js";
import { stemOf } from "../unique-stems.js";

/** Images of one folder, and the masks among them: `0_mask.png` beside `0.png`. */
export interface SeparatedMasks {
  readonly images: readonly string[];
  /** By image. */
  readonly masksOf: ReadonlyMap<string, readonly string[]>;
}

/** Separates the names of images from those of masks in the same folder. */
export function separateMasks(names: readonly string[]): SeparatedMasks {
  const byStem = new Map(names.map((name) => [stemOf(name), name]));
  const masksOf = new Map<string, string[]>();
  const images = names.filter((name) => {
    const image = imageStemsOf(stemOf(name))
      .slice(1)
      .map((stem) => byStem.get(stem))
      .find((other) => other !== undefined);
    if (image === undefined) return true;
    masksOf.set(image, [...(masksOf.get(image) ?? []), name]);
    return false;
  });
  return { images, masksOf };
}
