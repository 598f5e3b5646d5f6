import { type Folder, hasImages, imagesBelow, nfc, pathIn } from "../folder.js";
import { matchMasks } from "../match-masks.js";
import { isBadWord, isMaskWord, isPlainGoodWord } from "../words.js";
import { type ClassFolder, classFolders } from "./class-folders.js";
import { remarkOnDays } from "./days.js";
import { isGoodName, remarkOnInside, saysGood } from "./good-names.js";
import { heldOut } from "./held-out.js";
import { separateMasks } from "./inline-masks.js";
import type { ImageRow, Layout, LayoutContext } from "./layout.js";

/**
 * Plain folders of good and bad images beside each other, for one product or for each: good/ (or ok/, normal/, ...) and any other folder, which is a
 * defect of its name; masks/ (or gt/, ...) if there are any. Good images may also lie beside a folder bad/ (or NG/, ...). About a fifth of the good
 * images are used for testing.
 */
export const goodBad: Layout = {
  name: "good-bad",
  title: "folders of good and bad images",
  fits: (root, context) => products(root, context).length > 0,
  read(root, context) {
    const found = products(root, context);
    const folders = found.map(({ folder }) => folder);
    remarkOnDays(root, folders, context, "the folders with --good FOLDER --bad FOLDER");
    return found.flatMap(({ name, folder }) => readProduct(name, folder, context));
  },
};

/** The products of a folder. Masks in good/ and bad/ of their own are no product when they lie beside the images. */
function products(root: Folder, context: LayoutContext): ClassFolder[] {
  const found = classFolders(root, context, isProduct(context));
  const areMasks = found.every(({ folder }) => folder === root || isMaskWord(folder.name));
  return areMasks && isProduct(context)(root) ? [{ name: context.className, folder: root }] : found;
}

function isProduct(context: LayoutContext): (folder: Folder) => boolean {
  return (folder) => holdsGood(folder) || folder.folders.some((inside) => saysGood(inside.name, context.goodNames) && hasImages(inside));
}

/** Whether good images lie in a folder itself, beside folders that say they are bad. */
function holdsGood({ images, folders }: Folder): boolean {
  const inside = folders.filter((folder) => hasImages(folder) && !isMaskWord(folder.name));
  return images.length > 0 && inside.length > 0 && inside.every(({ name }) => isBadWord(name));
}

function readProduct(name: string, product: Folder, context: LayoutContext): ImageRow[] {
  const folders = product.folders.filter(hasImages);
  const good = holdsGood(product) ? [{ ...product, folders: [] }] : folders.filter((folder) => saysGood(folder.name, context.goodNames));
  for (const folder of good)
    if (folder.path !== product.path && !isGoodName(folder.name, context.goodNames) && !isPlainGoodWord(folder.name))
      context.remarks.note(folder.path, "read as good images, because its name says so.");
  const masks = folders.find((folder) => isMaskWord(folder.name));
  const bad = folders.filter((folder) => !good.includes(folder) && folder !== masks);
  for (const inside of masks?.folders ?? [])
    if (good.some((folder) => nfc(folder.name) === nfc(inside.name)))
      for (const mask of imagesBelow(inside)) context.addGoodMask(name, mask);
  return [...goodRows(name, good, bad.length > 0, context), ...bad.flatMap((folder) => badRows(name, folder, masks, context))];
}

/** Good images: all for training, or about a fifth for testing where there are bad ones to tell them from. */
export function goodRows(name: string, folders: readonly Folder[], hasBad: boolean, context: LayoutContext): ImageRow[] {
  for (const folder of folders) remarkOnInside(folder, context.remarks);
  const images = folders.flatMap((folder) => [...withoutMasks(folder, context)]);
  const kept = hasBad ? heldOut(images.map(({ path }) => path)) : new Set<string>();
  if (kept.size > 0) context.remarks.note(name, "the folders have no split; about a fifth of the good images are used for testing.");
  return images.map(({ path, masks }) => {
    if (!kept.has(path)) return { class: name, split: "train", label: "good", path, masks };
    for (const mask of masks) context.addGoodMask(name, mask);
    return { class: name, split: "test", label: "good", path };
  });
}

/** Bad images: all for testing, as a defect of their folder's name. */
export function badRows(name: string, folder: Folder, masks: Folder | undefined, context: LayoutContext): ImageRow[] {
  const row = { class: name, split: "test", label: nfc(folder.name) } as const;
  const images = [...withoutMasks(folder, context)];
  if (!masks || images.some((image) => image.masks.length > 0))
    return images.map(({ path, masks: beside }) => ({ ...row, path, masks: beside }));
  const at = masks.folders.find((inside) => nfc(inside.name) === row.label) ?? masks;
  const names = images.map(({ path }) => path.slice(folder.path.length + 1));
  const { masksOf, bare } = matchMasks({ imagesAt: folder.path, images: names, masksAt: at.path, masks: at, isFlat: at === masks });
  if (bare.length > 0) context.remarks.matter(folder.path, "without a mask; excluded from pixel metrics.", bare);
  return images.map(({ path }, i) => ({ ...row, path, masks: (masksOf.get(names[i]!) ?? []).map((mask) => pathIn(at, mask)) }));
}

function* withoutMasks(folder: Folder, context: LayoutContext): Generator<{ path: string; masks: string[] }> {
  const { images, masksOf } = separateMasks(folder.images);
  const beside = [...masksOf.values()].flat();
  if (beside.length > 0)
    context.remarks.note(folder.path, "read as masks, because there is an image of the same name next to each.", beside);
  for (const mask of beside) context.explain(pathIn(folder, mask));
  for (const image of images) yield { path: pathIn(folder, image), masks: (masksOf.get(image) ?? []).map((mask) => pathIn(folder, mask)) };
  for (const below of folder.folders) yield* withoutMasks(below, context);
}
