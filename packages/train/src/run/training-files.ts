import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import type { Split } from "@ltad/data";
import * as z from "zod";

/** The images of a class that a model was trained on: their names in train-images.txt, and where they were. */
export interface TrainedClass {
  readonly name: string;
  readonly images: readonly { readonly id: string; readonly file: string }[];
}

/** Beside a model: where its training images were, from which `ltad update-class` learns a class again. */
export const trainingFilesName = "training-files.json";

const schema = z.array(z.object({ name: z.string(), images: z.array(z.object({ id: z.string(), file: z.string() })) }));

/** Where the training images of a model were; undefined where the file is missing or damaged. */
export async function readTrainingFiles(folder: string): Promise<readonly TrainedClass[] | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, trainingFilesName), "utf8")));
  } catch {
    return undefined;
  }
}

/** @throws LtadError `LTAD_WRITE` */
export async function writeTrainingFiles(folder: string, classes: readonly TrainedClass[]): Promise<void> {
  await writeFileAtomic(join(folder, trainingFilesName), `${JSON.stringify(classes)}\n`);
}

/** The images of a split, by absolute paths. */
export function trainedClassesOf({ classes }: Split): TrainedClass[] {
  return classes.map(({ name, train }) => ({ name, images: train.map(({ id, file }) => ({ id, file: resolve(file) })) }));
}
