import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClassData, Dataset } from "@ltad/data";
import { describe, expect, it, onTestFinished } from "vitest";
import { benchmarks } from "./benchmarks.js";
import { chooseSplits, folderOf, readSplitNames } from "./named-splits.js";

function datasetOf(counts: Readonly<Record<string, number>>): Dataset {
  const classes = Object.entries(counts).map(([name, count]): ClassData => {
    const train = Array.from({ length: count }, (_, i) => ({ id: `${name}/train/good/${i}.png`, file: `${i}.png` }));
    return { name, train, test: [] };
  });
  return { root: "/data", layout: "mvtec-ad", readAs: "", classes, remarks: [], warnings: [] };
}

const sizes = Object.entries(benchmarks.mvtec.classes).map(([name, { train }]) => [name, train!]);
const mvtec = datasetOf(Object.fromEntries(sizes) as Record<string, number>);

describe("the splits of MVTec AD", () => {
  it("have the numbers of images that the rule gives in the order of names", async () => {
    const splits = await chooseSplits(readSplitNames(["exp100", "exp200", "step100"]), mvtec, benchmarks.mvtec, { seed: 0 });
    const counts = splits.map(({ split }) => split.classes.map(({ train }) => train.length).join(" "));
    expect(counts).toEqual([
      "209 150 108 77 56 40 29 20 15 10 7 5 4 2 2",
      "209 143 98 67 45 31 21 14 10 6 4 3 2 1 1",
      "209 209 209 209 209 209 209 209 2 2 2 2 2 2 2",
    ]);
    expect(splits[0]!.high).toEqual(["bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut"]);
    expect(splits[0]!.low).toHaveLength(7);
  });

  it("can take the classes by size, and those that are there", async () => {
    const some = datasetOf({ bottle: 9, tile: 12, zipper: 10 });
    const orderOf = async (order?: "size") =>
      (await chooseSplits(readSplitNames(["exp3"]), some, benchmarks.mvtec, { order, seed: 0 }))[0]!.split.classes.map(({ name }) => name);
    expect(await orderOf()).toEqual(["bottle", "tile", "zipper"]);
    expect(await orderOf("size")).toEqual(["tile", "zipper", "bottle"]);
  });
});

it("a list has a name of its own, that of its file by default, and its own order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-splits-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const list = join(folder, "exp200.txt");
  await writeFile(list, "tile/train/good/0.png\ntile/train/good/1.png\nbottle/train/good/0.png\n");
  const names = readSplitNames([list, `exp100=${list}`]);
  expect(names.map(({ name }) => name)).toEqual(["exp200", "exp100"]);
  const [split] = await chooseSplits(names, datasetOf({ bottle: 3, tile: 3 }), benchmarks.mvtec, { seed: 0 });
  expect([split!.high, split!.low]).toEqual([["tile"], ["bottle"]]);
});

it.each([
  [["exp100", "exp100"], /exp100 is given twice/],
  [["a b=x.txt", "a:b=y.txt"], /a:b is given twice|a b is given twice/],
  [["=list.txt"], /expected exp100, or exp100=FILE/],
  [["exp100="], /expected exp100, or exp100=FILE/],
  [["exp0"], /imbalance factor must be from 1/],
])("%j is refused", (texts, message) => {
  expect(() => readSplitNames(texts)).toThrow(message);
});

it("an unknown split is refused before any work", async () => {
  await expect(chooseSplits(readSplitNames(["exp100", "expo100"]), mvtec, benchmarks.mvtec, { seed: 0 })).rejects.toThrow(
    /protocol expo100: neither a known protocol nor a file/,
  );
});

it("the name of a split makes a folder, and never one above", () => {
  expect(folderOf("..")).toBe("-");
  expect(folderOf("../my split")).toBe("--my-split");
});
