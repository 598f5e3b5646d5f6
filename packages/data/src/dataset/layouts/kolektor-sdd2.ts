import { childFolder, type Folder, pathIn } from "../folder.js";
import { separateMasks } from "./inline-masks.js";
import type { ImageRow, Layout } from "./layout.js";
import { markedMasks } from "./mask-labels.js";

/**
 * Kolektor SDD2: train/10000.png and train/10000_GT.png, test/20000.png and test/20000_GT.png; an image is good when its mask is black. One class.
 * @see https://www.vicos.si/resources/kolektorsdd2/
 */
export const kolektorSdd2: Layout = {
  name: "kolektor-sdd2",
  title: "Kolektor SDD2",
  fits: (root) => sides.every((side) => childFolder(root, side)?.images.some((name) => /^\d+_GT\.\w+$/i.test(name))),
  async read(root, context) {
    const images = sides.flatMap((split) => labelled(childFolder(root, split)).map((image) => ({ ...image, split })));
    const marked = await markedMasks(
      images.map(({ mask }) => mask),
      context,
    );
    for (const { mask } of images) context.explain(mask);
    const left = images.filter(({ split, mask }) => split === "train" && marked.has(mask));
    for (const { path } of left) context.explain(path);
    if (left.length > 0)
      context.remarks.note(
        "train",
        "not used: they are defective, and training uses good images only.",
        left.map(({ path }) => path.slice(6)),
      );
    return images.flatMap(({ path, mask, split }): ImageRow[] => {
      if (!marked.has(mask)) return [{ class: context.className, split, label: "good", path }];
      return split === "train" ? [] : [{ class: context.className, split, label: "defect", path, masks: [mask] }];
    });
  },
};

const sides = ["train", "test"] as const;

function labelled(folder: Folder | undefined): { path: string; mask: string }[] {
  const { images, masksOf } = separateMasks(folder?.images ?? []);
  return images.flatMap((image) =>
    (masksOf.get(image) ?? []).slice(0, 1).map((mask) => ({ path: pathIn(folder!, image), mask: pathIn(folder!, mask) })),
  );
}
