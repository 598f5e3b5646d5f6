import { createRng, resizeKernels } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { shrinkAsSharp } from "./shrink-as-sharp.js";

const kernels = resizeKernels.filter((kernel) => kernel !== "nearest");
/** Averages first by 1, 2, 3 and 7 pixels, with and without a rest, and a side that stays. */
const sizes = [
  [97, 80, 64],
  [64, 90, 64],
  [131, 67, 32],
  [511, 701, 100],
  [450, 461, 31],
] as const;

describe.each(kernels)("%s", (kernel) => {
  it.each(sizes)("shrinks %i x %i to %i as sharp does, to the last bit", async (width, height, side) => {
    const rng = createRng(`shrink ${width}`);
    const data = Uint8Array.from(rng.uniforms(width * height * 3, 0, 256), (value, i) => (i % 7 === 0 ? (value > 128 ? 255 : 0) : value));
    const options = { fit: "fill", kernel, fastShrinkOnLoad: false } as const;
    const expected = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(side, side, options)
      .raw()
      .toBuffer();
    expect(Buffer.from(shrinkAsSharp(data, { width, height }, side, kernel)).equals(expected)).toBe(true);
  });

  it.each(sizes)("shrinks 16 bits of %i x %i to %i within three levels in 65535", async (width, height, side) => {
    const data = Uint16Array.from(createRng(`shrink ${height}`).uniforms(width * height * 3, 0, 65536));
    const options = { fit: "fill", kernel, fastShrinkOnLoad: false } as const;
    const input = sharp(data, { raw: { width, height, channels: 3 } }).toColourspace("rgb16");
    const { buffer, byteOffset, length } = await input.resize(side, side, options).raw({ depth: "ushort" }).toBuffer();
    expectClose(shrinkAsSharp(data, { width, height }, side, kernel), new Uint16Array(buffer, byteOffset, length / 2), {
      atol: 3,
      rtol: 0,
    });
  });
});
