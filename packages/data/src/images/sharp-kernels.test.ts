import { fileURLToPath } from "node:url";
import { createRng, floats, readSafetensors, type ResizeKernel } from "@ltad/core";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { resizeBytes } from "./resize.js";

// How far sharp is from Pillow, of 255: the table of docs/encoders.md. What is measured here is sharp itself, so that another version of it cannot change it unseen.

const folder = fileURLToPath(new URL("../__fixtures__/resize/", import.meta.url));
const golden = (await readSafetensors(`${folder}resize.safetensors`)).arrays;
const kernels = ["nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3"] as const;

async function bySharp(image: Sharp, [height, width]: readonly [number, number], kernel: (typeof kernels)[number]): Promise<Uint8Array> {
  return image.resize(width, height, { fit: "fill", kernel, fastShrinkOnLoad: false }).removeAlpha().raw().toBuffer();
}

function difference(a: Uint8Array, b: ArrayLike<number>) {
  const all = Array.from(a, (value, i) => Math.abs(value - b[i]!));
  return { largest: Math.max(...all), mean: all.reduce((x, y) => x + y) / all.length };
}

describe("sharp, shrinking by 1.5 to 3", () => {
  const targets = [
    ["32x32", [32, 32]],
    ["down_3x", [15, 20]],
  ] as const;
  const cases = [
    ["bilinear", "linear", 6, 0.4],
    ["bicubic", "cubic", 6, 0.4],
    ["lanczos", "lanczos3", 13, 0.5],
    ["nearest", "nearest", 0, 0],
  ] as const;

  it.each(targets.flatMap((target) => cases.map((one) => [...target, ...one] as const)))(
    "%s %j: of Pillow's %s, %s is the nearest kernel, at most %d and on average %d of 255 apart",
    async (name, size, filter, nearest, largest, mean) => {
      const expected = golden[`${name}/pillow_${filter}`]?.data as Uint8Array;
      const found = await Promise.all(
        kernels.map(async (kernel) => ({ kernel, ...difference(await bySharp(sharp(`${folder}input.png`), size, kernel), expected) })),
      );
      const [first, second] = found.toSorted((a, b) => a.mean - b.mean);
      expect(first?.kernel).toBe(nearest);
      expect(second!.mean).toBeGreaterThan(first!.mean);
      expect(first!.largest).toBeLessThanOrEqual(largest);
      expect(first!.mean).toBeLessThanOrEqual(mean);
    },
  );

  it.each([
    ["bilinear_antialias", "linear"],
    ["bicubic_antialias", "cubic"],
  ] as const)("torch's %s, not rounded: by %s at most 7 and on average 0.5 apart", async (filter, kernel) => {
    for (const [name, size] of targets) {
      const expected = floats(golden[`${name}/torch_${filter}`], name);
      const { largest, mean } = difference(await bySharp(sharp(`${folder}input.png`), size, kernel), expected);
      expect(largest).toBeLessThanOrEqual(7);
      expect(mean).toBeLessThanOrEqual(0.5);
    }
  });

  it("torch's bilinear without antialias is far away: on average more than 9", async () => {
    const expected = floats(golden["32x32/torch_bilinear"], "torch");
    expect(difference(await bySharp(sharp(`${folder}input.png`), [32, 32], "linear"), expected).mean).toBeGreaterThan(9);
  });
});

describe("sharp, shrinking by 3 to 5", () => {
  const [height, width, size] = [700, 900, [190, 200]] as const;
  let photo: Uint8Array;
  let image: () => Sharp;
  beforeAll(() => {
    const noise = createRng("photo").uniforms(height * width * 3, -30, 30);
    photo = Uint8Array.from(noise, (value, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return Math.min(
        255,
        Math.max(0, 127 + 90 * Math.sin(x / 17 + (i % 3)) * Math.cos(y / 23) + (((x >> 4) + (y >> 4)) % 2) * 40 + value),
      );
    });
    image = () => sharp(photo, { raw: { width, height, channels: 3 } });
  });
  const apart = async (kernel: ResizeKernel) =>
    difference(await bySharp(image(), size, kernel), resizeBytes(photo, [height, width, 3], size, kernel));

  it.each(["linear", "cubic", "lanczos3"] as const)(
    "%s averages blocks of pixels first: at most 6 and on average 1 apart",
    async (kernel) => {
      const { largest, mean } = await apart(kernel);
      expect(largest).toBeLessThanOrEqual(6);
      expect(mean).toBeLessThanOrEqual(1);
    },
  );

  it("nearest takes other pixels than the nearest", async () => {
    expect((await apart("nearest")).mean).toBeGreaterThan(5);
  });
});

it("sharp enlarges with a shift of half a pixel", async () => {
  const expected = golden["up/pillow_bilinear"]?.data as Uint8Array;
  expect(difference(await bySharp(sharp(`${folder}input.png`), [53, 70], "linear"), expected).mean).toBeGreaterThan(15);
});
