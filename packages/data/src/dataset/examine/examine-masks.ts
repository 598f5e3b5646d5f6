import { eachAtOnce, isLtadError, type JobOptions } from "@ltad/core";
import type { ImageOptions } from "../../images/image-limits.js";
import { loadMask } from "../../images/load-mask.js";
import { readImageHeader } from "../../images/open-image.js";
import type { Dataset, TestItem } from "../dataset.js";
import type { Remarks } from "../remarks.js";

/** Share of an image above which a mask looks inverted. */
const nearlyAll = 0.9;

/** Reads every mask, and remarks on those that cannot be read, do not fit their image, mark nothing or nearly everything. */
export async function examineMasks({ classes }: Dataset, { matter }: Remarks, options: JobOptions & ImageOptions = {}): Promise<void> {
  const items = classes.flatMap(({ name, test }) => test.filter(({ mask }) => mask !== undefined).map((item) => ({ name, item })));
  let done = 0;
  const odd = { black: new Map<string, string[]>(), full: new Map<string, string[]>() };
  const add = (kind: keyof typeof odd, name: string, id: string) => odd[kind].set(name, [...(odd[kind].get(name) ?? []), id]);
  await eachAtOnce(
    items,
    async ({ name, item }) => {
      try {
        const marked = await shareOf(item, options);
        if (marked === 0) add("black", name, item.id);
        else if (marked > nearlyAll) add("full", name, item.id);
      } catch (error) {
        if (!isLtadError(error) || (error.code !== "LTAD_IMAGE" && error.code !== "LTAD_MASK")) throw error;
        // An image that cannot be read is named by the survey of images.
        if (error.details.file !== item.file) matter(item.id, `its mask cannot be used: ${error.message}`);
      }
      options.onProgress?.({ phase: "read masks", done: ++done, total: items.length, unit: "masks" });
    },
    { signal: options.signal },
  );
  for (const [name, ids] of odd.black)
    matter(name, "with a mask that marks nothing: either the image is good, or the mask is wrong.", ids.sort());
  for (const [name, ids] of odd.full) matter(name, "with a mask that marks nearly the whole image: it may be inverted.", ids.sort());
}

async function shareOf({ mask, file }: TestItem, options: ImageOptions): Promise<number> {
  const { data } = await loadMask(mask!, { ...(await readImageHeader(file, options)), image: file });
  let marked = 0;
  for (let i = 0; i < data.length; i++) marked += data[i]!;
  return marked / data.length;
}
