import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { scanDataset } from "@ltad/data";
import { expect, it, onTestFinished } from "vitest";
import { npyBytes } from "../testing/npy-bytes.js";
import { tinyDataset } from "../testing/tiny-dataset.js";
import { checkMaps } from "./check-maps.js";

const ids = ["bolt", "nut"].flatMap((name) => [`${name}/test/good/0`, `${name}/test/spot/0`, `${name}/test/spot/1`]);
const map = (value: number) => npyBytes([8, 10], new Float32Array(80).fill(value));

/** The maps of two classes, after a change. */
async function checked(change: (maps: string) => Promise<void>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-maps-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [root, maps] = [join(folder, "data"), join(folder, "maps")];
  await tinyDataset(root, { bolt: { train: 1, good: 1, defect: 2 }, nut: { train: 1, good: 1, defect: 2 } });
  for (const [i, id] of ids.entries()) {
    await mkdir(dirname(join(maps, id)), { recursive: true });
    await writeFile(join(maps, `${id}.npy`), map(i));
  }
  await change(maps);
  return checkMaps(maps, (await scanDataset(root)).classes);
}

it("says nothing of maps that are all there", async () => {
  expect(await checked(async () => {})).toEqual([]);
});

it("names every fault of every class at once", async () => {
  const change = async (maps: string) => {
    await rm(join(maps, "nut/test/spot/1.npy"));
    await writeFile(join(maps, "bolt/test/good/0.npy"), "");
    await writeFile(join(maps, "nut/test/good/0.npy"), map(Number.NaN));
  };
  await expect(checked(change)).rejects.toMatchObject({ code: "LTAD_DATA" });
  await expect(checked(change)).rejects.toThrow(
    /^3 maps are missing or cannot be used:\n.*bolt.test.good.0\.npy: this file is empty\..*\n.*nut.test.good.0\.npy: this map holds NaN; .*\n {2}nut\/test\/spot\/1\.png: expected its map/,
  );
});

it("names maps of no image", async () => {
  const change = async (maps: string) => {
    for (const name of ["bolt/test/good/zzz", "nut/test/spot/zzz", "gear/test/good/0", "gear/test/good/1"]) {
      await mkdir(dirname(join(maps, name)), { recursive: true });
      await cp(join(maps, `${ids[0]}.npy`), join(maps, `${name}.npy`));
    }
    await writeFile(join(maps, "notes.txt"), "");
  };
  expect(await checked(change)).toEqual([
    expect.stringMatching(
      /maps: 4 maps are of no test image and are not used: bolt.test.good.zzz\.npy, gear.test.good.0\.npy, gear.test.good.1\.npy, and 1 more\.$/,
    ),
  ]);
});

it("says which of several maps of an image is read", async () => {
  const two = async (maps: string) => {
    for (const id of ids.slice(0, 2)) await writeFile(join(maps, `${id}.png`), "a picture beside its map");
  };
  expect(await checked(two)).toEqual([
    expect.stringMatching(/2 images have more than one map: bolt.test.good.0\.npy is read, and not 0\.png; so it is with the others\.$/),
  ]);
});
