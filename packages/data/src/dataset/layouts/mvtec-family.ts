import { isLtadError, LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { childFolder, type Folder, hasImages, imagesBelow, nfc, pathIn } from "../folder.js";
import { matchMasks } from "../match-masks.js";
import { someOf } from "../remarks.js";
import { byStem } from "../unique-stems.js";
import { isGoodWord, isMaskWord } from "../words.js";
import { type ClassFolder, classFolders } from "./class-folders.js";
import { isGoodName, looksGood, remarkOnInside } from "./good-names.js";
import { separateMasks } from "./inline-masks.js";
import type { ImageRow, LayoutContext } from "./layout.js";

/** Where the members of the family of MVTec AD differ. */
export interface MvtecDialect {
  /** The folder of test images inside a class. */
  readonly test: string;
  /** The folder of masks: beside `test`, or inside it. */
  readonly truthInTest?: boolean;
}

const withoutMask = "without a mask; excluded from pixel metrics.";

/** Whether a folder holds one class. */
export function isMvtecClass(folder: Folder): boolean {
  return ["train", "test", "ground_truth"].some((name) => childFolder(folder, name, { anyCase: true }) !== undefined);
}

/** The classes of a folder. */
export function mvtecClasses(root: Folder, context: Pick<LayoutContext, "className">): ClassFolder[] {
  return classFolders(root, context, isMvtecClass);
}

/**
 * Reads `CLASS/train/good`, `CLASS/test/*` and `CLASS/ground_truth/*`.
 * @throws LtadError `LTAD_DATA` when a class has no training image or two files one name; see {@link matchMasks}
 */
export function readMvtecFamily(root: Folder, context: LayoutContext, dialect: MvtecDialect): ImageRow[] {
  const classes = mvtecClasses(root, context);
  for (const other of root.folders.filter((folder) => !classes.some((found) => found.folder === folder || found.folder === root))) {
    const images = [...imagesBelow(other)].length;
    const isMasks = images > 0 && isMaskWord(other.name);
    const used = isMasks
      ? ". If these are masks, move them into CLASS/ground_truth/DEFECT, or name them in a layout file (--layout FILE)"
      : "; ignored";
    context.remarks[isMasks ? "matter" : "note"](
      other.path,
      `not a class (it has no train/ folder)${images > 0 ? `, and its ${images} images are not used` : ""}${used}.`,
    );
    context.explain(other.path);
  }
  const faults: LtadError[] = [];
  const rows = classes.flatMap((found) => {
    try {
      return readClass(found, context, dialect);
    } catch (error) {
      if (!isLtadError(error)) throw error;
      faults.push(error);
      return [];
    }
  });
  if (faults.length > 0) throw allFaults(faults);
  return rows;
}

/** Every class that cannot be read, in one error. */
function allFaults([first, ...more]: readonly LtadError[]): LtadError {
  if (more.length === 0) return first!;
  const listed = more.slice(0, 10).map(({ message }) => `\n  ${message}`);
  const rest = more.length > listed.length ? `\n  and ${more.length - listed.length} more` : "";
  return new LtadError(first!.code, `${first!.message}${listed.join("")}${rest}`, { cause: first, details: first!.details });
}

function readClass({ name, folder }: ClassFolder, context: LayoutContext, dialect: MvtecDialect): ImageRow[] {
  const { good, rows } = readTrain(name, folder, context);
  const test = named(folder, dialect.test, context);
  if (!test) return rows;
  const goodNames = [...context.goodNames, ...(good === undefined ? [] : [good])];
  return [...rows, ...readTest(name, { folder, test }, { ...context, goodNames }, dialect)];
}

/** @returns with the name of the folder that holds good images, where it is not "good" */
function readTrain(name: string, folder: Folder, context: LayoutContext): { good?: string | undefined; rows: ImageRow[] } {
  const train = named(folder, "train", context);
  const good = train && goodFolder(train, context);
  const from = good ?? (train && train.images.length > 0 ? train : undefined);
  if (!train || !from || !hasImages(from)) {
    if (context.needsTraining) throw noTraining(name, train, good);
    return { rows: [] };
  }
  if (from === train) context.remarks.note(train.path, "its images are read as good ones; the usual place is train/good.");
  for (const other of good ? train.folders.filter((one) => one !== good) : from.folders) {
    context.remarks.note(other.path, `ignored; training uses only the good images in ${good ? `train/${shown(good.name)}` : "train"}.`);
    context.explain(other.path);
  }
  const images = imagesOf(from, context, { isGood: true });
  const rows = images.map(({ path, masks }): ImageRow => ({ class: name, split: "train", label: "good", path, masks }));
  return { rows, ...(good && good.name !== "good" && { good: good.name }) };
}

function goodFolder(train: Folder, { goodNames, remarks }: LayoutContext): Folder | undefined {
  const agreed = train.folders.find((folder) => isGoodName(folder.name, goodNames) && hasImages(folder)) ?? childFolder(train, "good");
  if (agreed) return agreed;
  const words = train.folders.filter((folder) => isGoodWord(folder.name) && hasImages(folder));
  if (words.length !== 1) return undefined;
  remarks.note(words[0]!.path, "read as train/good; a folder of this name in test/ is read as good, too.");
  return words[0];
}

function readTest(name: string, at: { folder: Folder; test: Folder }, context: LayoutContext, dialect: MvtecDialect): ImageRow[] {
  const truth = truthFolder(dialect.truthInTest ? at.test : at.folder, context);
  const { test } = at;
  nameOthers(test, context);
  if (test.images.length > 0) {
    context.remarks.matter(test.path, "outside a folder such as good/; ignored.", test.images);
    for (const image of test.images) context.explain(pathIn(test, image));
  }
  const labels = test.folders.filter((folder) => folder !== truth);
  if (truth) checkTruth(name, { truth, labels, test }, context);
  if (truth && truth.images.length > 0)
    context.remarks.note(truth.path, "not in the folder of a defect; these masks are matched by name.", truth.images);
  const hasGood = labels.some((label) => isGoodName(nfc(label.name), context.goodNames) && hasImages(label));
  return labels.flatMap((label) => readLabel(name, label, { truth, hasGood }, context));
}

/** The masks of a class: ground_truth, else a folder whose name says the same. */
function truthFolder(folder: Folder, { remarks }: LayoutContext): Folder | undefined {
  const usual = childFolder(folder, "ground_truth", { anyCase: true });
  if (usual) return usual;
  const other = folder.folders.find(({ name }) => isMaskWord(name));
  if (other) remarks.note(other.path, "read as ground_truth.");
  return other;
}

function checkTruth(
  name: string,
  { truth, labels, test }: { readonly truth: Folder; readonly labels: readonly Folder[]; readonly test: Folder },
  context: LayoutContext,
): void {
  nameOthers(truth, context);
  for (const masks of truth.folders) {
    nameOthers(masks, context);
    if (isGoodName(masks.name, context.goodNames)) for (const mask of imagesBelow(masks)) context.addGoodMask(name, mask);
    else if (!labels.some((label) => nfc(label.name) === nfc(masks.name))) {
      context.remarks.note(masks.path, `masks without images in ${shown(lastPart(test.path))}/${shown(masks.name)}; ignored.`);
      context.explain(masks.path);
    }
  }
}

function readLabel(
  name: string,
  folder: Folder,
  { truth, hasGood }: { readonly truth: Folder | undefined; readonly hasGood: boolean },
  context: LayoutContext,
): ImageRow[] {
  const label = nfc(folder.name);
  const isGood = isGoodName(label, context.goodNames);
  const found = imagesOf(folder, context, { isGood });
  const row = { class: name, split: "test", label: isGood ? "good" : label } as const;
  if (isGood) {
    for (const mask of found.flatMap(({ masks }) => masks)) context.addGoodMask(name, mask);
    return found.map(({ path }) => ({ ...row, path }));
  }
  const told = looksGood(label, { hasGood });
  if (told !== undefined) context.remarks.matter(folder.path, told);
  const inline = found.some(({ masks }) => masks.length > 0);
  if (!truth || inline) return found.map(({ path, masks }) => ({ ...row, path, masks }));
  const masks = childFolder(truth, label);
  const flat = !masks && truth.images.length > 0;
  if (!masks && !flat) {
    context.remarks.matter(
      folder.path,
      withoutMask,
      found.map(({ name: image }) => image),
    );
    return found.map(({ path }) => ({ ...row, path }));
  }
  const at = masks ?? truth;
  const matched = matchMasks({
    imagesAt: folder.path,
    images: found.map(({ name: image }) => image),
    masksAt: at.path,
    masks: at,
    isFlat: flat,
  });
  const path = (mask: string) => pathIn(at, mask);
  for (const mask of matched.stray) context.explain(path(mask));
  if (matched.bare.length > 0) context.remarks.matter(folder.path, withoutMask, matched.bare);
  if (matched.stray.length > 0 && !flat) context.remarks.note(at.path, "without an image; ignored.", matched.stray);
  return found.map((image) => ({ ...row, path: image.path, masks: (matched.masksOf.get(image.name) ?? []).map(path) }));
}

/** The images of a folder: those in it; else, when it has none itself, those of the folders inside. Masks beside their images are taken out. */
function imagesOf(
  folder: Folder,
  context: LayoutContext,
  { isGood }: { readonly isGood: boolean },
): { name: string; path: string; masks: readonly string[] }[] {
  nameOthers(folder, context);
  if (folder.images.length > 0) {
    const { images, masksOf } = separateMasks(folder.images);
    byStem(images, folder.path);
    if (masksOf.size > 0)
      context.remarks.note(
        folder.path,
        "read as masks, because there is an image of the same name next to each.",
        [...masksOf.values()].flat(),
      );
    for (const mask of [...masksOf.values()].flat()) context.explain(pathIn(folder, mask));
    if (folder.folders.length > 0) {
      context.remarks.matter(
        folder.path,
        `folders inside are ignored, because there are images next to them (${folder.folders
          .slice(0, 3)
          .map((below) => shown(below.name))
          .join(", ")}).`,
      );
      for (const below of folder.folders) context.explain(below.path);
    }
    return images.map((name) => ({
      name,
      path: pathIn(folder, name),
      masks: (masksOf.get(name) ?? []).map((mask) => pathIn(folder, mask)),
    }));
  }
  const inside = folder.folders.filter(hasImages);
  if (inside.length === 0) return [];
  if (isGood) remarkOnInside(folder, context.remarks);
  context.remarks.note(
    folder.path,
    `the images in its folders are read (${inside
      .slice(0, 3)
      .map(({ name }) => shown(name))
      .join(", ")}${inside.length > 3 ? `, ... (${inside.length} folders)` : ""}).`,
  );
  return inside.flatMap((below) =>
    imagesOf(below, context, { isGood }).map((image) => ({ ...image, name: `${below.name}/${image.name}` })),
  );
}

function nameOthers({ path, others }: Folder, { remarks }: LayoutContext): void {
  if (others.length > 0) remarks.note(path, "not read, because the extension is not that of an image.", others);
}

/** A folder by its usual name; another case is told. */
function named(folder: Folder, name: string, { remarks }: LayoutContext): Folder | undefined {
  const found = childFolder(folder, name, { anyCase: true });
  if (found && found.name !== name) remarks.note(found.path, `read as ${name}/.`);
  return found;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function noTraining(name: string, train: Folder | undefined, good: Folder | undefined): LtadError {
  const found = good
    ? `it contains ${good.others.length > 0 ? `${someOf(good.others)} and no images` : "nothing"}`
    : train
      ? `train/ contains ${[...train.folders.map((f) => `${f.name}/`), ...train.others].slice(0, 5).map(shown).join(", ") || "nothing"}`
      : "there is no folder train/";
  const advice =
    train && !good && train.folders.some(hasImages)
      ? " If one of these folders holds good images, name it with --good-names NAME; if they are classes, move each to CLASS/train/good; a layout file reads any other arrangement (--layout FILE)."
      : "";
  return new LtadError(
    "LTAD_DATA",
    `${shown(name)}: no training images; expected good images in ${shown(name)}/train/good, but ${found}. Add images or remove the class from the data set.${advice}`,
    { details: { class: name } },
  );
}
