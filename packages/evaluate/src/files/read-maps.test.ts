import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { scanDataset } from "@ltad/data";
import sharp from "sharp";
import { expect, it, onTestFinished } from "vitest";
import { npyBytes } from "../testing/npy-bytes.js";
import { tinyDataset } from "../testing/tiny-dataset.js";
import { readMaps } from "./read-maps.js";

/** One class with one good image and one defect, of 40 x 32 pixels, and their maps. */
async function mapsOf(height: number, width: number, change: (root: string, maps: string) => Promise<void> = async () => {}) {
  const folder = await mkdtemp(join(tmpdir(), "ltad-maps-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [root, maps] = [join(folder, "data"), join(folder, "maps")];
  await tinyDataset(root, { nut: { train: 1, good: 1, defect: 1 } });
  for (const [i, id] of ["nut/test/good/0", "nut/test/spot/0"].entries()) {
    await mkdir(dirname(join(maps, id)), { recursive: true });
    const values = Float32Array.from({ length: height * width }, (_, at) => at + i);
    await writeFile(join(maps, `${id}.npy`), npyBytes([height, width], values));
  }
  await change(root, maps);
  return readMaps(maps, (await scanDataset(root)).classes[0]!, {});
}

it("refuses maps whose sides are swapped, also smaller ones, and takes square ones", async () => {
  await expect(mapsOf(40, 32)).rejects.toMatchObject({ code: "LTAD_DATA" });
  await expect(mapsOf(40, 32)).rejects.toThrow(/sides of this map are swapped: it is 32x40 .*40x32\. Save the array as \[height, width\]/);
  await expect(mapsOf(10, 8)).rejects.toThrow(/swapped/);
  for (const [height, width] of [
    [32, 40],
    [8, 10],
    [16, 16],
  ] as const)
    expect((await mapsOf(height, width)).warnings).toEqual([]);
});

it("says that the map of an image turned by EXIF must be turned", async () => {
  const turn = async (root: string) => {
    const file = join(root, "nut/test/good/0.png");
    await writeFile(file, await sharp(file).withMetadata({ orientation: 6 }).png().toBuffer());
  };
  await expect(mapsOf(32, 40, turn)).rejects.toThrow(/EXIF orientation 6\); its map must be turned as well/);
});

it("names what there is in place of a map", async () => {
  const rename = async (_: string, maps: string) => {
    await rm(join(maps, "nut/test/good/0.npy"));
    await writeFile(join(maps, "nut/test/good/0.jpg"), "");
  };
  await expect(mapsOf(32, 40, rename)).rejects.toThrow(/expected its map as .*0\.npy, \.tiff or \.png; there is 0\.jpg, which is not read/);
});
