import { type Folder, hasImages } from "../folder.js";
import { isBadWord, isNoProduct, unclearPair } from "../words.js";
import { remarkOnDays } from "./days.js";
import { goodRows } from "./good-bad.js";
import type { Layout, LayoutContext } from "./layout.js";

/** Plain folders of good images only: PRODUCT/*.jpg for each product, or *.jpg for one. There is nothing to test with. */
export const goodOnly: Layout = {
  name: "good-only",
  title: "folders of good images only",
  fits(root) {
    const folders = root.folders.filter(hasImages);
    return root.images.length > 0 ? folders.length === 0 : folders.length > 0 && folders.every(isProduct);
  },
  read(root, context) {
    remarkOnTables(root, context);
    if (root.images.length > 0) return goodRows(context.className, [{ ...root, folders: [] }], false, context);
    const products = root.folders.filter(hasImages);
    remarkOnDays(root, products, context, "the folder with --good FOLDER");
    remarkOnPairs(root, context);
    return products.flatMap((folder) => goodRows(folder.name, [folder], false, context));
  },
};

/** Where nothing else says what is defective, a table beside the images may. */
function remarkOnTables(root: Folder, { remarks }: LayoutContext): void {
  for (const { path, name, others } of [root, ...root.folders]) {
    const tables = others.filter((file) => /\.(?:csv|tsv|jsonl|ndjson)$/i.test(file));
    if (tables.length > 0)
      remarks.matter(path || name, "not read. If a table says which images are defective, give the table in place of the folder.", tables);
  }
}

/** Two folders of which one may hold defects, where both are read as good. */
function remarkOnPairs(root: Folder, { remarks }: LayoutContext): void {
  for (const { path, name, folders } of [root, ...root.folders]) {
    const pair = unclearPair(folders.filter(hasImages).map((folder) => folder.name));
    if (pair)
      remarks.matter(
        path || name,
        `one of its folders ${pair[0]} and ${pair[1]} may hold defects, and both are read as good images. If so, say which is good with --good-names NAME, or with --good FOLDER --bad FOLDER.`,
      );
  }
}

/** Images in the folder itself, or in folders inside it that are numbered as days and cameras are. */
function isProduct({ name, images, folders }: Folder): boolean {
  const inside = folders.filter(hasImages);
  if (isNoProduct(name)) return false;
  if (images.length > 0) return inside.length === 0;
  return inside.every(
    (folder) => /\d/.test(folder.name) && !isBadWord(folder.name) && folder.images.length > 0 && !folder.folders.some(hasImages),
  );
}
