import type { Mask } from "./load-mask.js";
import { checkMaskSize } from "./mask-size.js";

/**
 * The parts of one mask as one: a pixel is a defect where any part says so.
 * @param names of the parts, for the message
 * @throws LtadError `LTAD_MASK` when their sizes differ
 */
export function maskUnion(parts: readonly Mask[], names: readonly string[]): Mask {
  const [first, ...others] = parts;
  const data = Uint8Array.from(first!.data);
  others.forEach((part, i) => {
    checkMaskSize(names[i + 1]!, part, { width: first!.width, height: first!.height, image: names[0]! });
    for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = data[pixel]! | part.data[pixel]!;
  });
  const photo = parts.some((part) => part.photo);
  return { ...first!, ...(photo && { photo }), data, alpha: parts.some(({ alpha }) => alpha), soft: parts.some(({ soft }) => soft) };
}
