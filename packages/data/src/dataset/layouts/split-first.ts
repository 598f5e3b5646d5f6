import { childFolder, type Folder, hasImages } from "../folder.js";
import { saysGood } from "./good-names.js";
import type { Layout, LayoutContext } from "./layout.js";
import { readMvtecFamily } from "./mvtec-family.js";

const parts = ["train", "test", "ground_truth"] as const;

/** MVTec AD with the folders the other way round: train/CLASS/good, test/CLASS/DEFECT, ground_truth/CLASS/DEFECT/NAME_mask.png. */
export const splitFirst: Layout = {
  name: "split-first",
  title: "MVTec AD with train and test above the classes",
  fits(root, context) {
    const [train, test] = [part(root, "train"), part(root, "test")];
    const classes = train?.folders.filter(hasImages) ?? [];
    const isClass = (folder: Folder) => holdsGood(folder, context) || holdsGood(test && childFolder(test, folder.name), context);
    return train?.images.length === 0 && classes.length > 0 && classes.every(isClass);
  },
  read(root, context) {
    const sides = new Set(parts.flatMap((name) => part(root, name) ?? []));
    const others = root.folders.filter((folder) => !sides.has(folder));
    const names = [
      ...new Set(
        ["train", "test"].flatMap(
          (name) =>
            part(root, name)
              ?.folders.filter(hasImages)
              .map((one) => one.name) ?? [],
        ),
      ),
    ];
    const folders = names.map((name) => classFolder(root, name));
    return readMvtecFamily({ ...root, folders: [...folders, ...others] }, context, { test: "test" });
  },
};

function part(root: Folder, name: string): Folder | undefined {
  return childFolder(root, name, { anyCase: true });
}

function holdsGood(folder: Folder | undefined, { goodNames }: LayoutContext): boolean {
  return folder?.folders.some((inside) => saysGood(inside.name, goodNames) && hasImages(inside)) ?? false;
}

/** A class as MVTec AD has it, from its folders in train, test and ground_truth, which keep their paths. */
function classFolder(root: Folder, name: string): Folder {
  const folders = parts.flatMap((side) => {
    const around = part(root, side);
    const own = around && childFolder(around, name);
    return own ? [{ ...own, name: side }] : [];
  });
  return { name, path: name, folders, images: [], others: [] };
}
