import { type Folder, hasImages } from "../folder.js";
import { isNoProduct } from "../words.js";
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
    remarkOnDates(root, context);
    if (root.images.length > 0) return goodRows(context.className, [{ ...root, folders: [] }], false, context);
    return root.folders.filter(hasImages).flatMap((folder) => goodRows(folder.name, [folder], false, context));
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

/** Days are rather parts of one product than products. */
function remarkOnDates(root: Folder, { remarks }: LayoutContext): void {
  const days = root.folders.filter((folder) => hasImages(folder) && date.test(folder.name));
  if (root.images.length > 0 || days.length < 2) return;
  remarks.matter(
    root.name,
    `its folders ${days[0]!.name}, ${days[1]!.name}${days.length > 2 ? ", ..." : ""} are named as days, and each is read as a product. If they are one, give the folder with --good FOLDER.`,
  );
}

const date = /^(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d(?:\D|$)|^[0-3]?\d[-_. ][01]?\d[-_. ](?:19|20)\d\d(?:\D|$)/;

/** Images in the folder itself, or in folders inside it that are numbered as days and cameras are. */
function isProduct({ name, images, folders }: Folder): boolean {
  const inside = folders.filter(hasImages);
  if (isNoProduct(name)) return false;
  if (images.length > 0) return inside.length === 0;
  return inside.every((folder) => /\d/.test(folder.name) && folder.images.length > 0 && !folder.folders.some(hasImages));
}
