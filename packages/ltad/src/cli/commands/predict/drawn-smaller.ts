import { readImageHeader } from "@ltad/data";
import { plural } from "@ltad/core/format";

/** Pixels of the largest map and overlay; those of larger images are shrunk. Memory then stays below about 1.5 GB, whatever the image. */
export const mostDrawn = 25_000_000;

/** What to say of images whose maps and overlays have fewer pixels than they have; undefined if there are no such images. */
export async function drawnSmaller(files: readonly string[], maxPixels?: number): Promise<string | undefined> {
  const large: string[] = [];
  for (const file of files) {
    const { width, height } = await readImageHeader(file, maxPixels === undefined ? {} : { maxPixels });
    if (width * height > mostDrawn) large.push(file);
  }
  if (large.length === 0) return undefined;
  const which = large.length === 1 ? "its map and overlay are" : "their maps and overlays are";
  const names = `${large.slice(0, 3).join(", ")}${large.length > 3 ? ", ..." : ""}`;
  return `${plural(large.length, "image has", "images have")} more than 25 megapixels; ${which} drawn smaller, at 25 (${names}).`;
}
