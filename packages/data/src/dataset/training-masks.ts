import type { ImageRow, LayoutContext } from "./layouts/layout.js";
import { markedMasks } from "./layouts/mask-labels.js";

/** Names masks beside training images that mark something. Those that cannot be read do no harm, because nothing uses them. */
export async function remarkOnTrainingMasks(rows: readonly ImageRow[], context: LayoutContext): Promise<void> {
  const masked = rows.flatMap(({ class: name, split, masks = [] }) => (split === "train" ? masks.map((mask) => ({ name, mask })) : []));
  const marked = await markedMasks(
    masked.map(({ mask }) => mask),
    context,
    () => undefined,
  );
  for (const { name, mask } of masked)
    if (marked.has(mask))
      context.remarks.matter(
        name,
        "mark defects in training images, which are read as good ones. If these images are defective, take them out of the training images; otherwise remove the masks.",
        [mask],
      );
}
