import { eachAtOnce, isLtadError, type JobOptions } from "@ltad/core";
import type { ImageOptions } from "../../images/image-limits.js";
import { loadMask, type Mask } from "../../images/load-mask.js";
import { maskRemarks, type MaskRemarks } from "../../images/mask-remarks.js";
import { readImageHeader } from "../../images/open-image.js";
import { byCodePoint } from "../../internal/by-code-point.js";
import { type Dataset, type GoodMask, masksOf, type TestItem } from "../dataset.js";
import type { Remarks } from "../remarks.js";
import { type ItemFault, remarkOnFaults, unusableMask } from "./remark-on-faults.js";

/**
 * Reads every mask, and remarks on those that cannot be read, do not fit their image, or are odd as {@link maskRemarks} says.
 * @param onMask is called with each mask that can be used
 * @returns how many cannot
 */
export async function examineMasks(
  { classes, goodMasks = [] }: Dataset,
  said: Remarks,
  { onMask, ...options }: JobOptions & ImageOptions & { readonly onMask?: (item: TestItem, mask: Mask) => void } = {},
): Promise<{ readonly unusable: number }> {
  const gathered = classes.map(({ name, test }) => ({ name, odd: maskRemarks(name), test: test.filter(({ mask }) => mask !== undefined) }));
  const items = gathered.flatMap(({ name, odd, test }) => test.map((item) => ({ name, odd, item })));
  const unusable: ItemFault[] = [];
  let done = 0;
  const onRead = () => options.onProgress?.({ phase: "read masks", done: ++done, total: items.length + goodMasks.length, unit: "masks" });
  await eachAtOnce(
    items,
    async ({ item, name, odd }) => {
      try {
        const mask = await addMask(item, odd, options);
        onMask?.(item, mask);
      } catch (error) {
        if (!isLtadError(error) || (error.code !== "LTAD_IMAGE" && error.code !== "LTAD_MASK")) throw error;
        // An image that cannot be read is named by the survey of images.
        if (error.details.file !== item.file) unusable.push({ id: item.id, class: name, error });
      }
      onRead();
    },
    { signal: options.signal },
  );
  remarkOnFaults(unusable, said, unusableMask);
  await remarkOnGoodMasks(goodMasks, said, { ...options, onRead });
  for (const { name, odd } of gathered)
    for (const { ids, one, matters } of odd.findings()) (matters ? said.matter : said.note)(name, `whose mask ${one}.`, ids);
  return { unusable: unusable.length };
}

/** Names masks of good images that mark something. Those that cannot be read do no harm, because nothing uses them. */
async function remarkOnGoodMasks(
  masks: readonly GoodMask[],
  said: Remarks,
  { onRead, ...options }: JobOptions & ImageOptions & { readonly onRead: () => void },
): Promise<void> {
  const marked = new Map<string, string[]>();
  await eachAtOnce(
    masks,
    async ({ class: name, id, file }) => {
      const { data } = await loadMask(file, undefined, options).catch(() => ({ data: new Uint8Array() }));
      if (data.includes(1)) marked.set(name, [...(marked.get(name) ?? []), id]);
      onRead();
    },
    { signal: options.signal },
  );
  for (const [name, ids] of marked)
    said.matter(
      name,
      "mark a defect, although they are masks of good images, and are not used. If an image has a defect, take it out of the good ones; otherwise remove its mask.",
      ids.toSorted(byCodePoint),
    );
}

async function addMask(item: TestItem, odd: MaskRemarks, options: ImageOptions): Promise<Mask> {
  const [image, first] = [await readImageHeader(item.file, options), await readImageHeader(masksOf(item)[0]!, options)];
  const mask = await loadMask(item.mask!, { ...image, image: item.file }, options);
  odd.add(item.id, mask, { image, mask: first });
  return mask;
}
