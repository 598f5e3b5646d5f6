import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { plural, shown } from "@ltad/core/format";
import type { Dataset } from "@ltad/data";

/** The list of training images with their paths, which a training leaves beside a model. */
const listName = "training-files.json";
const mostNamed = 3;

/**
 * Says which test images of a data set the model was trained on: that happens where a model of good images alone is evaluated once there are bad
 * ones, and where `--good` and `--bad` name other folders than at the training, for then other good images are held back for testing.
 * @param folder of the model
 */
export async function knownTestImages(folder: string, { classes }: Pick<Dataset, "classes">): Promise<string[]> {
  const trained = await trainedFiles(folder);
  const known = classes.flatMap(({ test }) => test.filter(({ file }) => trained.has(resolve(file))).map(({ id }) => shown(id)));
  if (known.length === 0) return [];
  const named = `${known.slice(0, mostNamed).join(", ")}${known.length > mostNamed ? ", ..." : ""}`;
  const those = plural(known.length, "test image is", "test images are");
  return [
    `${those} among those that the model was trained on (${named}), so the numbers are too good. Train it again on the data set as it is now, or evaluate it on other images.`,
  ];
}

/** Absolute paths of the images that a model was trained on; none where the list is missing or damaged. */
export async function trainedFiles(folder: string): Promise<ReadonlySet<string>> {
  try {
    const classes = JSON.parse(await readFile(join(folder, listName), "utf8")) as { images: { file: string }[] }[];
    return new Set(classes.flatMap(({ images }) => images.map(({ file }) => file)));
  } catch {
    return new Set();
  }
}
