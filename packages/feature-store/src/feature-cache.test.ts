import { float32, floats, type NdArrays, type Progress } from "@ltad/core";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EncodeOptions, encodeImages } from "./feature-cache.js";

let folder: string;
let calls: number[];
const progress: Progress[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-features-"));
  calls = [];
  progress.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An encoder of one pixel a side: its features are the pixel, its z the pixel's sum. */
const program = {
  run: async ({ image }: NdArrays): Promise<NdArrays> => {
    const pixels = floats(image, "image");
    const count = pixels.length / 3;
    calls.push(count);
    const sums = Array.from({ length: count }, (_, i) => [...pixels.subarray(3 * i, 3 * i + 3)].reduce((a, b) => a + b, 0));
    return { features: float32([count, 1, 3], pixels.slice()), z: float32([count, 1], sums) };
  },
};

function options(over: Partial<EncodeOptions> = {}): EncodeOptions {
  return {
    cacheDir: join(folder, "cache"),
    encoderId: "0123456789abcdef",
    inputSize: 1,
    open: async () => program,
    load: async (_, bytes) => Float32Array.from(bytes),
    onProgress: (step) => progress.push(step),
    ...over,
  };
}

async function images(...contents: number[][]): Promise<string[]> {
  const files = contents.map((_, i) => join(folder, `${i}.raw`));
  await Promise.all(contents.map((bytes, i) => writeFile(files[i]!, Uint8Array.from(bytes))));
  return files;
}

describe("encodeImages", () => {
  it("encodes image by image and gives each its own features", async () => {
    const store = await encodeImages(await images([1, 2, 3], [4, 5, 6], [7, 8, 9]), options());
    expect(calls).toEqual([1, 1, 1]);
    expect(await store.read(2)).toEqual({ features: Float32Array.of(7, 8, 9), z: Float32Array.of(24) });
    expect(progress.at(-1)).toMatchObject({ phase: "encode", done: 3, total: 3, unit: "images" });
  });

  it("does not open the encoder when everything is in the cache", async () => {
    const files = await images([1, 2, 3], [4, 5, 6]);
    await encodeImages(files, options());
    const again = await encodeImages(files, options({ open: () => Promise.reject(new Error("opened")) }));
    expect((await again.read(1)).z).toEqual(Float32Array.of(15));
  });

  it("encodes two files of the same content once", async () => {
    await encodeImages(await images([1, 2, 3], [1, 2, 3], [1, 2, 3]), options());
    expect(calls).toEqual([1]);
  });

  it("encodes again for another encoder", async () => {
    const files = await images([1, 2, 3]);
    await encodeImages(files, options());
    await encodeImages(files, options({ encoderId: "fedcba9876543210" }));
    expect(calls).toEqual([1, 1]);
  });

  it("hands many images to an encoder of files, as many at once as it takes, and stops it at the first failure", async () => {
    const files = await images(...Array.from({ length: 80 }, (_, i) => [i, 1, 2]));
    const running = new Set<string>();
    let most = 0;
    const encode = async (file: string) => {
      running.add(file);
      most = Math.max(most, running.size);
      const pixels = Float32Array.from(await readFile(file));
      running.delete(file);
      if (pixels[0] === 40) throw new Error("number 40");
      return program.run({ image: float32([1, 1, 1, 3], pixels) });
    };
    const many = options({ openMany: async () => ({ atOnce: 3, encode }), open: () => Promise.reject(new Error("opened")) });
    await expect(encodeImages(files, many)).rejects.toThrow("number 40");
    expect([most, running.size]).toEqual([3, 0]);
    expect(calls.length).toBeLessThan(45);
    const rest = await encodeImages(files, options({ openMany: () => Promise.reject(new Error("few are left")) }));
    expect((await rest.read(79)).z).toEqual(Float32Array.of(82));
    expect(calls.length).toBe(80);
  });

  it("names an image that is not there", async () => {
    await expect(encodeImages([join(folder, "none.png")], options())).rejects.toThrow(/none\.png: cannot be read/);
  });

  it("passes on what the decoder says, and keeps what was encoded before", async () => {
    const files = await images([1, 2, 3], [4, 5, 6], [0, 0, 0]);
    const load = async (file: string, bytes: Uint8Array) => {
      if (file.endsWith("2.raw")) throw new Error("2.raw is truncated");
      return Float32Array.from(bytes);
    };
    await expect(encodeImages(files, options({ load }))).rejects.toThrow("2.raw is truncated");
    calls.length = 0;
    await encodeImages(files, options());
    expect(calls).toEqual([1]);
  });

  it("names a damaged entry and says what to do", async () => {
    const files = await images([1, 2, 3]);
    const store = await encodeImages(files, options());
    const entry = (await readdir(join(folder, "cache"), { recursive: true })).find((name) => name.endsWith(".safetensors"));
    await writeFile(join(folder, "cache", entry!), "broken");
    await expect(store.read(0)).rejects.toThrow(/\.safetensors: this entry of the feature cache is damaged\. Delete the file/);
  });

  it("stops when asked", async () => {
    await expect(encodeImages(await images([1, 2, 3]), options({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: "LTAD_ABORTED",
    });
  });
});
