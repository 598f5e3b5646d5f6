import { type Folder, pathIn } from "../folder.js";
import { heldOut } from "./held-out.js";
import { separateMasks } from "./inline-masks.js";
import type { ImageRow, Layout } from "./layout.js";
import { markedMasks } from "./mask-labels.js";

/**
 * Kolektor SDD: kos01/Part0.jpg and kos01/Part0_label.bmp; an image is good when its mask is black. One class, and no split: about a fifth of the
 * items are for testing, all images of an item together, beside every defective image.
 * @see https://www.vicos.si/resources/kolektorsdd/
 */
export const kolektorSdd: Layout = {
  name: "kolektor-sdd",
  title: "Kolektor SDD",
  fits: ({ folders }) => folders.some(({ images }) => images.some((name) => /^part\d+_label\.\w+$/i.test(name))),
  async read(root, context) {
    const images = root.folders.flatMap(labelled);
    const marked = await markedMasks(
      images.map(({ mask }) => mask),
      context,
    );
    const good = images.filter(({ mask }) => !marked.has(mask)).map(({ path }) => path);
    const kept = heldOut(good, (path) => path.slice(0, path.lastIndexOf("/")));
    context.remarks.note(
      context.className,
      "the data set has no split; the good images of about a fifth of its items are used for testing.",
    );
    for (const { mask } of images) context.explain(mask);
    return images.map(({ path, mask }): ImageRow => {
      if (marked.has(mask)) return { class: context.className, split: "test", label: "defect", path, masks: [mask] };
      return { class: context.className, split: kept.has(path) ? "test" : "train", label: "good", path };
    });
  },
};

function labelled(folder: Folder): { path: string; mask: string }[] {
  const { images, masksOf } = separateMasks(folder.images);
  return images.flatMap((image) =>
    (masksOf.get(image) ?? []).slice(0, 1).map((mask) => ({ path: pathIn(folder, image), mask: pathIn(folder, mask) })),
  );
}
