import { childFolder, type Folder, pathIn } from "../folder.js";
import { stemOf } from "../unique-stems.js";
import { imageStemsOf } from "../words.js";
import { classFolders } from "./class-folders.js";
import type { ImageRow, Layout } from "./layout.js";

/**
 * DAGM 2007: Class1/Train/0001.PNG, Class1/Test/0001.PNG, and the masks of defective images as Class1/Test/Label/0012_label.PNG. Training uses
 * the images of Train without a mask.
 * @see https://hci.iwr.uni-heidelberg.de/content/weakly-supervised-learning-industrial-optical-inspection
 */
export const dagm: Layout = {
  name: "dagm",
  title: "DAGM 2007",
  fits: (root, context) => classFolders(root, context, isClass).length > 0,
  read(root, context) {
    return classFolders(root, context, isClass).flatMap(({ name, folder }) => {
      const side = (part: string) => withMasks(childFolder(folder, part, { anyCase: true }));
      const [train, test] = [side("Train"), side("Test")];
      const defective = train.filter(({ masks }) => masks.length > 0);
      for (const { path, masks } of defective) for (const used of [path, ...masks]) context.explain(used);
      if (defective.length > 0)
        context.remarks.note(
          `${folder.path}/Train`,
          "not used: they are defective, and training uses good images only.",
          namesOf(defective),
        );
      return [
        ...train
          .filter(({ masks }) => masks.length === 0)
          .map(({ path }): ImageRow => ({ class: name, split: "train", label: "good", path })),
        ...test.map((image): ImageRow => ({ class: name, split: "test", label: image.masks.length > 0 ? "defect" : "good", ...image })),
      ];
    });
  },
};

function isClass(folder: Folder): boolean {
  const train = childFolder(folder, "Train", { anyCase: true });
  const test = childFolder(folder, "Test", { anyCase: true });
  const hasLabels = [train, test].some((side) => side && childFolder(side, "Label", { anyCase: true }) !== undefined);
  return train !== undefined && train.images.length > 0 && hasLabels;
}

function withMasks(folder: Folder | undefined): { path: string; masks: string[] }[] {
  if (!folder) return [];
  const label = childFolder(folder, "Label", { anyCase: true });
  const masksOf = new Map<string, string[]>();
  for (const mask of label?.images ?? [])
    for (const stem of imageStemsOf(stemOf(mask))) masksOf.set(stem, [...(masksOf.get(stem) ?? []), pathIn(label!, mask)]);
  return folder.images.map((image) => ({ path: pathIn(folder, image), masks: masksOf.get(stemOf(image)) ?? [] }));
}

function namesOf(images: readonly { path: string }[]): string[] {
  return images.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
}
