import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import type { Split } from "@ltad/data";
import * as z from "zod";

/** The images of a class that a model was trained on: their names in train-images.txt, and their paths. */
export interface TrainedClass {
  readonly name: string;
  readonly images: readonly { readonly id: string; readonly file: string }[];
}

/** The file beside a model with the paths of its training images, from which `ltad update-class` fits a class again. */
export const trainingFilesName = "training-files.json";

const schema = z.array(z.object({ name: z.string(), images: z.array(z.object({ id: z.string(), file: z.string() })) }));

/** Reads the paths of the training images of a model; undefined if the file is missing or damaged. */
export async function readTrainingFiles(folder: string): Promise<readonly TrainedClass[] | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, trainingFilesName), "utf8")));
  } catch {
    return undefined;
  }
}

/** Writes the paths of the training images beside a model. @throws LtadError `LTAD_WRITE` when the file cannot be written */
export async function writeTrainingFiles(folder: string, classes: readonly TrainedClass[]): Promise<void> {
  await writeFileAtomic(join(folder, trainingFilesName), `${JSON.stringify(classes)}\n`);
}

/** The images of a split, by absolute paths. */
export function trainedClassesOf({ classes }: Split): TrainedClass[] {
  return classes.map(({ name, train }) => ({ name, images: train.map(({ id, file }) => ({ id, file: resolve(file) })) }));
}
