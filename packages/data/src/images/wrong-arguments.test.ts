import { wrongCalls } from "@ltad/core/testing";
import sharp from "sharp";
import { expect, it } from "vitest";
import { decodeImage } from "./decode-image.js";
import { loadImage } from "./load-image.js";
import { loadMask } from "./load-mask.js";
import { readImageHeader } from "./open-image.js";

const image = await sharp({ create: { width: 8, height: 6, channels: 3, background: "red" } })
  .png()
  .toBuffer();

it.each([
  ["decodeImage", decodeImage, [image, { maxBytes: Number.POSITIVE_INFINITY }]],
  ["loadImage", loadImage, [image, 4, { kernel: "cubic" }]],
  ["loadMask", loadMask, [image, { width: 8, height: 6, orientation: 1, image: "a.png" }]],
  ["readImageHeader", readImageHeader, [image]],
] as const)("%s refuses what it cannot take in our words", async (name, run, args) => {
  await run(...(args as never as [never, never, never]));
  const faults = await wrongCalls({ name, run, args: name === "loadMask" ? args.slice(0, 1) : args });
  expect(faults).toEqual([]);
});

it("names the option that was meant", async () => {
  await expect(decodeImage(image, { maxpixel: 5 } as never)).rejects.toThrow("Did you mean maxPixels?");
  await expect(loadImage(image, 4, { kernel: "bicubic" } as never)).rejects.toThrow("expected one of nearest, linear");
  await expect(loadImage(image, 4.5)).rejects.toThrow("expected a whole number of 1 or more");
  await expect(decodeImage(null as never)).rejects.toThrow("expected the path of an image, or the bytes of its file, received null");
});
