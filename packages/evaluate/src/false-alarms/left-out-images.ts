import { access } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { type Dataset, readSplit, type TrainItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";

/** The file in a bundle that lists the images it was trained on. */
export const trainImagesFile = "train-images.txt";

/** Good images that the training did not see, by class, or why there are none. */
export interface LeftOutImages {
  readonly images: ReadonlyMap<string, readonly TrainItem[]>;
  readonly why?: string;
}

/**
 * Finds the good images in CLASS/train of a data set that a model was not trained on, with which false-alarm rates can be calibrated. There are none
 * unless the data set contains every image in the model's list, because another data set may have the same images under other names.
 */
export async function leftOutImages({ folder, manifest }: Pick<Detector, "folder" | "manifest">, dataset: Dataset): Promise<LeftOutImages> {
  const list = join(folder, trainImagesFile);
  const none = (why: string): LeftOutImages => ({ images: new Map(), why });
  const isListed = await access(list).then(
    () => true,
    () => false,
  );
  if (!isListed) return none(`the model has no ${trainImagesFile}, which says what it was trained on`);
  const names = new Set(manifest.classes.map(({ name }) => name));
  const classes = dataset.classes.filter(({ name }) => names.has(name));
  if (classes.every(({ train }) => train.length === 0)) return none("the data set has no good images besides those to test on");
  try {
    const { classes: trained } = await readSplit(list, { ...dataset, classes });
    const counts = new Map(manifest.classes.map(({ name, trainImages }) => [name, trainImages]));
    if (trained.some(({ name, train }) => train.length !== counts.get(name))) return none(`${list} does not belong to this model`);
    const seen = new Set(trained.flatMap(({ train }) => train.map(({ id }) => id)));
    const images = new Map(classes.map(({ name, train }) => [name, train.filter(({ id }) => !seen.has(id))]));
    if ([...images.values()].some((left) => left.length > 0)) return { images };
    return none("the training used every good image");
  } catch (error) {
    if (error instanceof LtadError) return none(error.message);
    throw error;
  }
}
