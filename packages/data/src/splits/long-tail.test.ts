import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scanDataset } from "../dataset/scan-dataset.js";
import { makeFolder, trainingFiles } from "../testing/make-folder.js";
import { longTail } from "./long-tail.js";
import { headAndTail, type Split, splitOrder } from "./split.js";
import { writeSplit } from "./write-split.js";

const dataset = async (counts: Record<string, number>) => scanDataset(await makeFolder(trainingFiles(counts)));
const ids = (split: Split, name: string) => split.classes.find((entry) => entry.name === name)?.train.map(({ id }) => id) ?? [];

describe("longTail", () => {
  it("draws the counts of the protocol, seeded, in the order of the classes", async () => {
    const data = await dataset({ a: 8, b: 12, c: 10 });
    const split = await longTail(data, { protocol: "exp4", seed: 3 });
    expect(split.classes.map(({ name, available, train }) => [name, available, train.length])).toEqual([
      ["b", 12, 12],
      ["c", 10, 6],
      ["a", 8, 3],
    ]);
    expect(await longTail(data, { protocol: "exp4", seed: 3 })).toEqual(split);
    expect(ids(await longTail(data, { protocol: "exp4", seed: 4 }), "a")).not.toEqual(ids(split, "a"));
    expect(ids(split, "c")).toEqual([...new Set(ids(split, "c"))].sort());
  });

  it("draws each class on its own: others do not matter, and fewer is a part of more", async () => {
    const small = await longTail(await dataset({ a: 20, z: 9 }), { protocol: "exp5", order: ["z", "a"], seed: 1 });
    const large = await longTail(await dataset({ a: 20, m: 7, z: 9 }), { protocol: "exp2", order: ["z", "m", "a"], seed: 1 });
    expect(ids(small, "a")).toHaveLength(1);
    expect(ids(large, "a")).toHaveLength(4);
    expect(ids(large, "a")).toEqual(expect.arrayContaining(ids(small, "a")));
  });

  it("names the known protocols", async () => {
    const call = longTail(await dataset({ a: 1 }), { protocol: "expo100" });
    await expect(call).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    await expect(call).rejects.toThrowErrorMatchingInlineSnapshot(
      `[LtadError: protocol expo100: neither a known protocol nor a file. Expected full, exp20, exp100, exp200, step100, step200, any expN, stepN or paretoN (N = imbalance factor), pareto, or the path of a list file.]`,
    );
  });
});

describe("list files", () => {
  it("written, read back: the same images in the same class order", async () => {
    const data = await dataset({ a: 8, "b,c": 12, "#d": 10, é: 9 });
    for (const protocol of ["exp4", "step3", "full"]) {
      const split = await longTail(data, { protocol, seed: 5, order: ["é", "b,c", "#d", "a"] });
      const file = join(await makeFolder({}), "split.txt");
      await writeSplit(file, split);
      expect(await longTail(data, { protocol: file, seed: 5 })).toEqual({ ...split, protocol: file });
      expect(splitOrder(await longTail(data, { protocol: file, order: ["a", "é", "b,c", "#d"] }))[0]).toBe("a");
    }
  });

  it.each([
    ["paths", "# remark\na/train/good/001.png\r\n\n./a/train/good/000.png\nb\\train\\good\\002.png\n"],
    ["paths below another root", "mvtec/a/train/good/000.png\nmvtec/a/train/good/001.png\nmvtec/b/train/good/002.png"],
    [
      "JSON lines (UniAD)",
      ["a/train/good/000.png", "a/train/good/001.png", "b/train/good/002.png"]
        .map((filename) => JSON.stringify({ filename, label: 0, label_name: "good", clsname: filename[0] }))
        .join("\n"),
    ],
    [
      "CSV",
      'object,split,image,mask\na,train,a/train/good/000.png,\na,test,a/test/good/9.png,\na,train,"a/train/good/001.png",\nb,train,b/train/good/002.png,',
    ],
    ["a table of one column", "filename\r\na/train/good/000.png\r\na/train/good/001.png\r\nb/train/good/002.png\r\n"],
    [
      "a table with semicolons, as a German Excel writes it",
      "filename;split\na/train/good/000.png;train\na/train/good/001.png;Train\nb/train/good/002.png;train\nb/test/good/0.png;test",
    ],
    ["a table with tabs", "split\tpath\ntrain\ta/train/good/000.png\ntrain\ta/train/good/001.png\ntrain\tb/train/good/002.png"],
    [
      "UTF-16 with paths of another drive, as PowerShell writes them",
      Buffer.from(
        "\ufeffD:\\data\\a\\train\\good\\000.png\r\nD:\\data\\a\\train\\good\\001.png\r\nD:\\data\\b\\train\\good\\002.png\r\n",
        "utf16le",
      ),
    ],
    ["UTF-8 with a mark", "\ufeffa/train/good/000.png\na/train/good/001.png\nb/train/good/002.png"],
  ])("reads %s", async (_, text) => {
    const data = await dataset({ a: 3, b: 4 });
    const file = join(await makeFolder({}), "list");
    await writeFile(file, text);
    const split = await longTail(data, { protocol: file });
    expect(split.classes.map(({ name, train }) => [name, train.map(({ id }) => id)])).toEqual([
      ["a", ["a/train/good/000.png", "a/train/good/001.png"]],
      ["b", ["b/train/good/002.png"]],
    ]);
  });

  it.each([
    [
      "an entry that is no training image",
      "a/train/good/000.png\n../../etc/passwd\nb/train/good/999.png",
      /line 2: \.\.\/\.\.\/etc\/passwd is not a training image of the data set; line 3: b/,
    ],
    [
      "an entry twice",
      "a/train/good/000.png\nb/train/good/000.png\na/train/good/000.png",
      /line 3: a\/train\/good\/000.png is already in line 1/,
    ],
    ["a class without an entry", "a/train/good/000.png", /no image of class b\. Every class/],
    ["broken JSON", '{"filename": "a/train/good/000.png"}\n{"filename"', /list, line 2: this is not JSON/],
    [
      "JSON without a file",
      '{"filename": "a/train/good/000.png"}\n{"label": 0}',
      /list, line 2: no image is named; expected one of the fields filename/,
    ],
    ["a CSV row of another length", "image,split\na/train/good/000.png", /list, line 2: expected 2 columns, found 1/],
    ["a split that is neither", "image,split\na/train/good/000.png,training", /list, line 2: expected the split train, .*"training"/],
    ["a broken order", "# order: a, b\na/train/good/000.png", /list, line 1: this is not JSON/],
    ["an empty list", "\n", /no image of class a, b/],
  ])("refuses %s", async (_, text, message) => {
    const data = await dataset({ a: 3, b: 4 });
    const file = join(await makeFolder({}), "list");
    await writeFile(file, text);
    const error: unknown = await longTail(data, { protocol: file }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "LTAD_DATA" });
    expect((error as Error).message).toMatch(message);
  });
});

describe("manifests of TailedCore", () => {
  const set = async () =>
    scanDataset(await makeFolder({ ...trainingFiles({ a: 4, b: 3 }), "a/test/cut_in/003.png": null, "a/test/good/0.png": null }));
  const manifest = (prune: string, inject?: string) =>
    makeFolder({ "prune_good.txt": prune, ...(inject === undefined ? {} : { "inject_defects.txt": inject }) });

  it("leave out good images and train on defective ones, with a warning", async () => {
    const folder = await manifest("a/train/good/000.png\na/train/good/001.png\nb/train/good/002.png\n", "a/train/good/cut_in_003.png\n");
    const split = await longTail(await set(), { protocol: folder });
    expect(ids(split, "a")).toEqual(["a/test/cut_in/003.png", "a/train/good/002.png", "a/train/good/003.png"]);
    expect(ids(split, "b")).toEqual(["b/train/good/000.png", "b/train/good/001.png"]);
    expect(split.warnings?.join()).toMatch(/^1 defective test image is trained on as if it were good, as .*inject_defects.txt says/);
    expect((await longTail(await set(), { protocol: await manifest("a/train/good/000.png\n") })).warnings).toBeUndefined();
  });

  it("are read back from the list that is written", async () => {
    const split = await longTail(await set(), { protocol: await manifest("a/train/good/000.png\n", "a/train/good/cut_in_003.png\n") });
    const file = join(await makeFolder({}), "split.txt");
    await writeSplit(file, split);
    expect(ids(await longTail(await set(), { protocol: file }), "a")).toEqual(ids(split, "a"));
  });

  it("refuse what is not there, and an empty class", async () => {
    const refuse = async (prune: string, inject?: string) => longTail(await set(), { protocol: await manifest(prune, inject) });
    await expect(refuse("a/train/good/999.png\n")).rejects.toThrow(/line 1: a\/train\/good\/999.png is not an image of the data set/);
    await expect(refuse("a/train/good/000.png\n", "a/train/good/cut_in_7.png\n")).rejects.toThrow(/inject_defects.txt: line 1/);
    await expect(refuse([0, 1, 2].map((i) => `b/train/good/00${i}.png`).join("\n"))).rejects.toThrow(/no image of class b is left/);
  });
});

it("takes a list whose paths are longer or belong to another layout", async () => {
  const images = Array.from({ length: 9 }, (_, i) => [`candle/Data/Images/Normal/${i}.JPG`, null] as const);
  const data = await scanDataset(await makeFolder(Object.fromEntries(images)));
  const { id } = data.classes[0]!.train[1]!;
  expect(id).toMatch(/^candle\/Data\/Images\/Normal\/\d.JPG$/);
  const file = join(await makeFolder({}), "list.txt");
  await writeFile(file, `/home/me/VisA/${id}\n`);
  expect(ids(await longTail(data, { protocol: file }), "candle")).toEqual([id]);
});

describe("headAndTail", () => {
  it("gives the middle class to the head", () => {
    expect(headAndTail(["a", "b", "c"])).toEqual({ high: ["a", "b"], low: ["c"] });
    expect(headAndTail(["a"])).toEqual({ high: ["a"], low: [] });
  });
});
