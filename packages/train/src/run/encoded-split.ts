import { LtadError } from "@ltad/core";
import type { Split, Turn } from "@ltad/data";
import type { FeatureStore, ImageFeatures } from "@ltad/feature-store";
import type { ClassSums } from "@ltad/features";
import { inMemory, type TrainingSet } from "./training-set.js";

/** Training images that other machines have encoded and summed up: the sums of all images, and the features of a sample of each class. */
export interface EncodedSplit {
  /** Identifies the features; see `featuresId` of @ltad/feature-store. */
  readonly featuresId: string;
  /**
   * The classes in the order of the split: the sums over all images, the ids of the images whose features are available, in the order of the split, and
   * whether these are all images of the class and their turned copies are available too.
   */
  readonly classes: readonly { readonly sums: ClassSums; readonly sample: readonly string[]; readonly hasCopies: boolean }[];
  /** Reads the features of an image in the sample of a class, or of its turned copy. */
  readonly read: (label: number, id: string, turn?: Turn) => Promise<ImageFeatures>;
}

/** The sample as a training set; a class counts all its images. */
export function sampleSet({ classes }: Split, { classes: encoded, read }: EncodedSplit): TrainingSet {
  const images = encoded.flatMap(({ sample }, label) => sample.map((id) => ({ id, label })));
  return {
    classes: classes.map(({ name }) => name),
    counts: encoded.map(({ sums }) => sums.images),
    labels: images.map(({ label }) => label),
    store: inMemory({ read: (index) => read(images[index]!.label, images[index]!.id) }),
  };
}

/** The turned copies of images as a store. */
export function copiesOf(files: readonly CopyOf[], { read }: EncodedSplit): FeatureStore {
  return { read: (index) => read(files[index]!.label, files[index]!.id, files[index]!.turn) };
}

/** A turned copy of an image of the split. */
export interface CopyOf {
  readonly id: string;
  readonly label: number;
  readonly file: string;
  readonly range?: number | undefined;
  readonly turn: Turn;
}

/** @throws LtadError `LTAD_CONFIG` when the images were encoded by another encoder, or for another size */
export function checkEncoded({ featuresId: found }: EncodedSplit, expected: string): void {
  if (found === expected) return;
  const message =
    "the images were encoded by another encoder, or with other settings of features and encoder, than those of this training. Train with the settings of the plan, or plan again.";
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "features", expected, received: found } });
}
