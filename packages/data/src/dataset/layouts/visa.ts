import { join } from "node:path";
import { childFolder, type Folder, imagesBelow } from "../folder.js";
import { stemOf } from "../unique-stems.js";
import { classFolders } from "./class-folders.js";
import { heldOut } from "./held-out.js";
import type { ImageRow, Layout, LayoutContext } from "./layout.js";
import { readTable } from "./table.js";

/**
 * VisA: CLASS/Data/Images/{Normal,Anomaly}/NAME.JPG, CLASS/Data/Masks/Anomaly/NAME.png, and the split as split_csv/1cls.csv with the columns object,
 * split, label, image and mask. The two other splits are read when their file is given as the data set. Without split_csv about a fifth of the
 * normal images are for testing.
 * @see https://github.com/amazon-science/spot-diff
 */
export const visa: Layout = {
  name: "visa",
  title: "VisA",
  fits: (root, context) => classFolders(root, context, isClass).length > 0,
  async read(root, context) {
    if (!childFolder(root, "split_csv")?.others.includes("1cls.csv")) return withoutSplit(root, context);
    context.remarks.note("split_csv/1cls.csv", "read as the split; another split is used when its file is given as the data set.");
    return readTable(join(context.root, "split_csv/1cls.csv"), context);
  },
};

function isClass(folder: Folder): boolean {
  const images = imagesOf(folder);
  return images !== undefined && childFolder(images, "Normal") !== undefined;
}

function imagesOf(folder: Folder): Folder | undefined {
  const data = childFolder(folder, "Data");
  return data && childFolder(data, "Images");
}

function withoutSplit(root: Folder, context: LayoutContext): ImageRow[] {
  context.remarks.note(root.name, "there is no split_csv/1cls.csv; about a fifth of the good images are used for testing.");
  return classFolders(root, context, isClass).flatMap(({ name, folder }) => {
    const good = [...imagesBelow(childFolder(imagesOf(folder)!, "Normal")!)];
    const kept = heldOut(good);
    const anomaly = childFolder(imagesOf(folder)!, "Anomaly");
    const truth = childFolder(childFolder(folder, "Data")!, "Masks");
    const masks = new Map((truth ? [...imagesBelow(truth)] : []).map((path) => [stemOf(path.slice(path.lastIndexOf("/") + 1)), path]));
    return [
      ...good.map((path): ImageRow => ({ class: name, split: kept.has(path) ? "test" : "train", label: "good", path })),
      ...(anomaly ? [...imagesBelow(anomaly)] : []).map((path): ImageRow => {
        const mask = masks.get(stemOf(path.slice(path.lastIndexOf("/") + 1)));
        return { class: name, split: "test", label: "anomaly", path, masks: mask === undefined ? [] : [mask] };
      }),
    ];
  });
}
