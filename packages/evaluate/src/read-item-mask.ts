import { type ImageLimits, loadMask, type Mask, type MaskRemarks, masksOf, readImageHeader, type TestItem } from "@ltad/data";

/** The mask of a test image, checked against the image, and what is odd about it into the remarks of its class; null for an image without one. */
export async function readItemMask(item: TestItem, remarks: MaskRemarks, limits: ImageLimits = {}): Promise<Mask | null> {
  if (item.mask === undefined) return null;
  const image = await readImageHeader(item.file, limits);
  const mask = await loadMask(
    item.mask,
    { width: image.width, height: image.height, orientation: image.orientation, image: item.file },
    limits,
  );
  remarks.add(item.id, mask, { image, mask: await readImageHeader(masksOf(item)[0]!, limits) });
  return mask;
}
