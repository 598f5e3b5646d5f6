import type { JobOptions } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { ImageOptions } from "../../images/image-limits.js";
import type { ClassData, Dataset } from "../dataset.js";
import { orderedLines, type Remark, type RemarkLine, remarks, type Remarks } from "../remarks.js";
import { changedCopies, isTooLarge } from "./changed-copies.js";
import { remarkOnClass } from "./class-remarks.js";
import { type Duplicate, exactDuplicates, nearDuplicates } from "./duplicates.js";
import { examineMasks } from "./examine-masks.js";
import { remarkOnFaults, unusableImage } from "./remark-on-faults.js";
import { strangeImages } from "./strange-images.js";
import { type ImageFacts, surveyImages } from "./survey.js";

/** A suspicious image, and the image to compare it with. */
export interface Suspect {
  readonly id: string;
  readonly file: string;
  readonly why: string;
  readonly beside?: { readonly id: string; readonly file: string };
}

/** Everything that an examination finds out about a data set. */
export interface Examination {
  readonly remarks: readonly Remark[];
  /** The same in sentences, those that matter first. */
  readonly lines: readonly RemarkLine[];
  /** Whether numbers would be wrong, images are missing or a training would stop. */
  readonly matters: boolean;
  /** Images to look at. */
  readonly suspects: readonly Suspect[];
  /** Training images that a clean list leaves out, with the reason. */
  readonly drop: ReadonlyMap<string, string>;
}

/**
 * Reads every image of a data set and looks for faults that would spoil a model or its metrics: files that cannot be read, pictures that are both
 * in training and in test, strange training images, mixed colours and sizes, and classes that are too small.
 */
export async function examineDataset(dataset: Dataset, options: JobOptions & ImageOptions = {}): Promise<Examination> {
  const found = { remarks: remarks(), suspects: [] as Suspect[], drop: new Map<string, string>() };
  found.remarks.all.push(...dataset.remarks);
  const { images, unreadable } = await surveyImages(dataset, options);
  remarkOnFaults(unreadable, found.remarks, unusableImage);
  for (const { id } of unreadable) found.drop.set(id, "it cannot be read");
  await examineMasks(dataset, found.remarks, options);
  for (const duplicate of exactDuplicates(images)) addDuplicate(duplicate, found);
  for (const data of dataset.classes) {
    const mine = images.filter((image) => image.class === data.name);
    examineClass(data, mine, found);
  }
  const lines = orderedLines(found.remarks.all);
  return { remarks: found.remarks.all, lines, matters: lines.some(({ matters }) => matters), suspects: found.suspects, drop: found.drop };
}

interface Found {
  readonly remarks: Remarks;
  readonly suspects: Suspect[];
  readonly drop: Map<string, string>;
}

function examineClass(data: ClassData, images: readonly ImageFacts[], found: Found): void {
  const train = images.filter(({ role }) => role === "train");
  for (const duplicate of leaks(data.name, images, found.remarks)) addDuplicate(duplicate, found);
  const strange = strangeImages(train);
  const isKind = strange.length > train.length / 10;
  if (isKind)
    found.remarks.note(
      data.name,
      "of a second kind: they look unlike the other training images of the class. That is fine when both kinds are good.",
      idsOf(strange),
    );
  else if (strange.length > 0)
    found.remarks.matter(
      data.name,
      "unlike the other training images of the class. Look at them; a model learns that they are good.",
      idsOf(strange),
    );
  for (const { id, file } of strange)
    found.suspects.push({ id, file, why: isKind ? "of a second kind in its class" : "unlike the other training images of its class" });
  remarkOnColours(data.name, images, found.remarks);
  const cut = images.filter(({ cutAt }) => cutAt !== undefined);
  if (cut.length > 0)
    found.remarks.matter(
      data.name,
      `with values above ${cut[0]!.cutAt}, the range of the training images; they become white. Store all images of a class in one range.`,
      idsOf(cut),
    );
  remarkOnClass(data, images, found.remarks);
}

/** Test images that are training images, as they are or changed; each is named once. */
function leaks(name: string, images: readonly ImageFacts[], { note }: Remarks): Duplicate[] {
  const near = nearDuplicates(images);
  const exact = new Set(exactDuplicates(images).map(({ b }) => b));
  const known = new Set([...exact, ...near.map(({ b }) => b)]);
  const train = images.filter(({ role }) => role === "train").length;
  if (isTooLarge(train, images.length - train)) note(name, "too many images to search for altered copies (smaller, lighter, mirrored).");
  const changed = changedCopies(images).filter(({ test }) => !known.has(test));
  return [...near, ...changed.map(({ train: a, test: b, isTurned }) => ({ a, b, isExact: false, isTurned }))];
}

function addDuplicate({ a, b, isExact, isTurned }: Duplicate, { remarks: said, suspects, drop }: Found): void {
  const same = isExact ? "the same file as" : isTurned ? "nearly a mirrored or turned copy of" : "nearly the same image as";
  const [train, other] = b.role === "train" ? [b, a] : [a, b];
  const add = (text: string, matters: boolean) => {
    said[matters ? "matter" : "note"](b.class, `found twice: ${text}`, [`${b.id} = ${a.id}`]);
    suspects.push({ id: b.id, file: b.file, why: `${same} ${shown(a.id)}`, beside: { id: a.id, file: a.file } });
  };
  if (a.class !== b.class) add(`${same} an image of another class.`, true);
  else if (train.role === "train" && other.role !== "train") {
    add(`${same} a training image, which makes the test too easy.`, true);
    drop.set(train.id, `${same} ${other.id}, which is a test image`);
  } else if (train.role === "train") {
    add(`${same} another training image.`, false);
    drop.set(b.id, `${same} ${a.id}`);
  } else if (a.role !== b.role) add(`${same} an image with another label.`, true);
  else add(`${same} another test image.`, false);
}

function remarkOnColours(name: string, images: readonly ImageFacts[], { matter }: Remarks): void {
  const grey = images.filter(({ isGrey }) => isGrey);
  const coloured = images.filter(({ isGrey }) => !isGrey);
  const [few, kind] = grey.length <= coloured.length ? [grey, "grey among coloured ones"] : [coloured, "coloured among grey ones"];
  if (few.length > 0) matter(name, `${kind}: the model learns the colour mode as if it belonged to the product.`, idsOf(few));
}

function idsOf(images: readonly ImageFacts[]): string[] {
  return images.map(({ id }) => id);
}
