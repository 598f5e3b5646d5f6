import type { Rng } from "@ltad/core";
import type { PixelImage } from "../pixels/pixel-image.js";

/** One to four small images of different sizes with many ties; the last one is good, with a mask of zeros or without any. */
export function tinyImages(rng: Rng): PixelImage[] {
  const levels = 2 + rng.integer(12);
  return Array.from({ length: 1 + rng.integer(4) }, (_, k): PixelImage => {
    const [height, width] = [1 + rng.integer(6), 1 + rng.integer(7)];
    const map = Float32Array.from({ length: height * width }, () => (rng.integer(levels) - 3) / 8);
    const share = rng.uniform();
    const mask = Uint8Array.from({ length: height * width }, () => (k < 3 && rng.uniform() < share ? 1 + rng.integer(255) : 0));
    return { map, mask: k === 3 && rng.uniform() < 0.5 ? null : mask, width, name: `${k}.png` };
  });
}
