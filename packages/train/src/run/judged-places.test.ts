import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32 } from "@ltad/core";
import type { Split } from "@ltad/data";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spec as whole } from "../testing/tiny-set.js";
import { judgedPlaces, judgedText } from "./judged-places.js";
import { judgedStore, sourcesOf } from "./judged-store.js";

const spec = { ...whole, grid: 3, tokens: 9 };
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-judged-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A grey PNG whose pixels are what `of` says. */
async function png(name: string, width: number, height: number, of: (x: number, y: number) => number): Promise<string> {
  const file = join(root, name);
  const data = Uint8Array.from({ length: width * height }, (_, i) => of(i % width, Math.floor(i / width)));
  await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(file);
  return file;
}

function splitOf(classes: Readonly<Record<string, { readonly train: readonly string[]; readonly include?: string }>>): Split {
  return {
    protocol: "full",
    seed: 0,
    classes: Object.entries(classes).map(([name, { train, include }]) => ({
      name,
      available: train.length,
      train: train.map((file) => ({ id: file, file })),
      ...(include && { include }),
    })),
  };
}

describe("the judged places of a class", () => {
  it("are those of which the mask marks half or more, of images that are not square, too", async () => {
    const image = await png("image.png", 60, 30, () => 7); // a place of the 3 x 3 grid is 20 x 10 pixels
    const include = await png("half.png", 60, 30, (x, y) => (x < 30 && y < 14 ? 255 : 0)); // the second row is marked by 4 of 10 rows
    const judged = await judgedPlaces(splitOf({ cup: { train: [image] }, lid: { train: [image], include } }), spec, {});
    expect([...judged!.data]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect([judgedText(judged!.data.subarray(0, 9)), judgedText(judged!.data.subarray(9))]).toEqual([undefined, "110000000"]);
  });

  it("are not asked for without a mask", async () => {
    expect(await judgedPlaces(splitOf({ cup: { train: [] } }), spec, {})).toBeUndefined();
  });

  it.each([
    ["of another size than one of the images", 60, 60, 255, /half-60x60-255\.png is 60x60 but .*second\.png is 60x30/],
    ["that is black", 60, 30, 0, /the include mask of lid is black, so no part of the image would be judged/],
  ])("a mask %s is refused", async (_, width, height, value, message) => {
    const first = await png("first.png", 60, height, () => 7);
    const second = await png("second.png", 60, 30, () => 7);
    const include = await png(`half-${width}x${height}-${value}.png`, width, height, () => value);
    await expect(judgedPlaces(splitOf({ lid: { train: [first, second], include } }), spec, {})).rejects.toMatchObject({
      code: "LTAD_MASK",
      message: expect.stringMatching(message) as string,
    });
  });

  it("a mask that marks less than half of every place is refused", async () => {
    const image = await png("image.png", 60, 30, () => 7);
    const include = await png("small.png", 60, 30, (x, y) => (x < 12 && y < 8 ? 255 : 0));
    await expect(judgedPlaces(splitOf({ lid: { train: [image], include } }), spec, {})).rejects.toThrow(
      /less than half of every patch.*3 x 3/,
    );
  });
});

describe("a store of judged places", () => {
  it("shows judged patches where places are ignored, each about as often as the others", () => {
    expect(sourcesOf(Float32Array.of(1, 1, 0, 1, 0, 0, 1, 0, 0))).toEqual([0, 1, 0, 3, 1, 3, 6, 3, 6]);
    expect(sourcesOf(Float32Array.of(0, 0, 1))).toEqual([2, 2, 2]);
    expect(sourcesOf(Float32Array.of(1, 1))).toEqual([0, 1]);
  });

  it("gives the same features, whatever is in the ignored part", async () => {
    const judged = float32([2, 3], [1, 1, 1, 1, 0, 1]);
    const z = float32([1, 1], [5]);
    const store = (ignored: number) =>
      judgedStore({ read: async () => ({ features: float32([1, 3, 2], [1, 2, ignored, ignored, 5, 6]), z }) }, [0, 1], judged);
    expect((await store(3).read(0)).features.data).toEqual(Float32Array.of(1, 2, 3, 3, 5, 6));
    expect((await store(3).read(1)).features.data).toEqual(Float32Array.of(1, 2, 5, 6, 5, 6));
    expect(await store(9).read(1)).toEqual(await store(3).read(1));
  });
});
