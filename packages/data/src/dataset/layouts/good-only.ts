import { type Folder, hasImages } from "../folder.js";
import { isNoProduct } from "../words.js";
import { goodRows } from "./good-bad.js";
import type { Layout } from "./layout.js";

/** Plain folders of good images only: PRODUCT/*.jpg for each product, or *.jpg for one. There is nothing to test with. */
export const goodOnly: Layout = {
  name: "good-only",
  title: "folders of good images only",
  fits(root) {
    const folders = root.folders.filter(hasImages);
    return root.images.length > 0 ? folders.length === 0 : folders.length > 0 && folders.every(isProduct);
  },
  read(root, context) {
    if (root.images.length > 0) return goodRows(context.className, [{ ...root, folders: [] }], false, context);
    return root.folders.filter(hasImages).flatMap((folder) => goodRows(folder.name, [folder], false, context));
  },
};

/** Images in the folder itself, or in folders inside it that are numbered as days and cameras are. */
function isProduct({ name, images, folders }: Folder): boolean {
  const inside = folders.filter(hasImages);
  if (isNoProduct(name)) return false;
  if (images.length > 0) return inside.length === 0;
  return inside.every((folder) => /\d/.test(folder.name) && folder.images.length > 0 && !folder.folders.some(hasImages));
}
