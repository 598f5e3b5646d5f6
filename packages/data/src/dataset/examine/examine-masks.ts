import { eachAtOnce, isLtadError, type JobOptions } from "@ltad/core";
import type { ImageOptions } from "../../images/image-limits.js";
import { loadMask } from "../../images/load-mask.js";
import { maskRemarks, type MaskRemarks } from "../../images/mask-remarks.js";
import { readImageHeader } from "../../images/open-image.js";
import { byCodePoint } from "../../internal/by-code-point.js";
import { type Dataset, masksOf, type TestItem } from "../dataset.js";
import type { Remarks } from "../remarks.js";

/** Reads every mask, and remarks on those that cannot be read, do not fit their image, or are odd as {@link maskRemarks} says. */
export async function examineMasks(
  { classes }: Dataset,
  { matter, note }: Remarks,
  options: JobOptions & ImageOptions = {},
): Promise<void> {
  const gathered = classes.map(({ name }) => ({ name, odd: maskRemarks(name) }));
  const items = classes.flatMap(({ test }, i) =>
    test.filter(({ mask }) => mask !== undefined).map((item) => ({ item, odd: gathered[i]!.odd })),
  );
  const unusable = new Map<string, string>();
  let done = 0;
  await eachAtOnce(
    items,
    async ({ item, odd }) => {
      try {
        await addMask(item, odd, options);
      } catch (error) {
        if (!isLtadError(error) || (error.code !== "LTAD_IMAGE" && error.code !== "LTAD_MASK")) throw error;
        // An image that cannot be read is named by the survey of images.
        if (error.details.file !== item.file) unusable.set(item.id, error.message);
      }
      options.onProgress?.({ phase: "read masks", done: ++done, total: items.length, unit: "masks" });
    },
    { signal: options.signal },
  );
  for (const id of [...unusable.keys()].sort(byCodePoint)) matter(id, `its mask cannot be used: ${unusable.get(id)!}`);
  for (const { name, odd } of gathered)
    for (const { ids, one, matters } of odd.findings()) (matters ? matter : note)(name, `whose mask ${one}.`, ids);
}

async function addMask(item: TestItem, odd: MaskRemarks, options: ImageOptions): Promise<void> {
  const [image, mask] = [await readImageHeader(item.file, options), await readImageHeader(masksOf(item)[0]!, options)];
  odd.add(item.id, await loadMask(item.mask!, { ...image, image: item.file }, options), { image, mask });
}
