import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../testing/make-folder.js";
import { scanFiles } from "../../testing/scan-files.js";
import { scanDataset } from "../scan-dataset.js";

const images = { "img/0.png": null, "img/1.png": null, "img/2.png": null, "img/m.png": null };
const scan = async (table: string, name = "t.csv") => scanFiles({ ...images, [name]: table }, { at: name });
/** A table of one training image, a good and a defective one to test on. */
const rows = (header: string, [train, good, bad]: readonly [string, string, string], more = "") =>
  scan(`path,${header}\nimg/0.png,${train}\nimg/1.png,${good}\nimg/2.png,${bad}\n${more}`);

describe("columns of a table that are not read", () => {
  it.each([
    ["lable", "label"],
    ["type", "label"],
    ["target", "label"],
    ["result", "label"],
  ])("are named where no other says what is defective: %s may be %s", async (column, meant) => {
    const { warnings } = await rows(`split,${column}`, ["train,good", "test,good", "test,crack"]);
    expect(warnings[0]).toMatch(new RegExp(`^t\\.csv: no column label, .*; not read: ${column} \\(did you mean ${meant}\\?\\)\\. If one`));
  });

  it.each([
    ["label,split,ground_truth", ["good,train,", "good,test,", "crack,test,img/m.png"], "ground_truth (did you mean mask?)"],
    ["id,label,split,gt", ["1,good,train,", "2,good,test,", "3,crack,test,img/m.png"], "gt (did you mean mask?), id"],
    ["label,split,gt_path", ["good,train,", "good,test,", "crack,test,img/m.png"], "gt_path (did you mean mask?)"],
    ["label,phase", ["good,train", "good,test", "crack,test"], "phase (did you mean split?)"],
    ["label,split,produkt", ["good,train,a", "good,test,a", "crack,test,a"], "produkt (did you mean class?)"],
  ] as const)("matter where they may be one that is missing: %s", async (header, cells, told) => {
    const { warnings } = await rows(header, cells);
    expect(warnings).toContain(`t.csv: columns that are not read: ${told}. If so, rename them.`);
  });

  it("are named when they are only something else", async () => {
    const { warnings } = await rows("label,split,class,id,lot,type", ["good,train,a,1,1,x", "good,test,a,2,1,x", "crack,test,a,3,1,x"]);
    expect(warnings).toContain("t.csv: columns that are not read: id, lot, type.");
  });
});

describe("cells of a table", () => {
  it("that are empty are refused in columns that say the class, or what a test image is", async () => {
    await expect(rows("class,split,label", ["bolt,train,good", ",test,good", "bolt,test,crack"])).rejects.toThrow(
      /t\.csv: line 3: the class is empty\. Fill every class/,
    );
    await expect(rows("split,label", ["train,good", "test,", "test,crack"])).rejects.toThrow(
      /t\.csv: line 3: the label is empty\. Fill .* a good image has the label 0 or good/,
    );
    await expect(rows("label", ["good", "", "crack"])).rejects.toThrow(/line 3: the label is empty/);
  });

  it("may be empty for the label of a training image, or of one with a mask, and for the class of a table without classes", async () => {
    const { classes } = await rows("class,split,label,mask", [",train,,", ",test,good,", ",test,,img/m.png"]);
    expect(classes).toEqual({ set: ["train img/0.png", "good img/1.png", "defect img/2.png < m.png"] });
  });

  it.each(["none", "-", "N/A", "nein"])("of a label that may mean good are named: %s", async (word) => {
    await expect(rows("split,label", [`train,${word}`, `test,${word}`, "test,crack"])).rejects.toThrow(
      `set: no training images: 1 row of split train has the label ${word}, which is read as a defect's name. Words for good images are good, ok,`,
    );
    const { warnings } = await rows("split,label", ["train,good", `test,${word}`, "test,crack"]);
    expect(warnings.join()).toContain(`t.csv: the label ${word} counts as the name of a defect. If it means good, pass --good-names `);
    await expect(rows("split,label", [`train,${word}`, `test,${word}`, "test,crack"])).rejects.toThrow(
      /If .* means good, pass --good-names/,
    );
  });

  it("of 1 and -1 are explained", async () => {
    await expect(rows("split,label", ["train,1", "test,1", "test,-1"])).rejects.toThrow(
      /has the label 1, which is read as a defect's name\..* If 1 means good, pass --good-names 1\.$/,
    );
  });
});

describe("paths of a table", () => {
  it.each(["img//0.png", "./img/./0.png", "img/../img/0.png", "img\\0.png"])("name a file twice as %s", async (path) => {
    await expect(scan(`path,split\nimg/0.png,train\n${path},test\n`)).rejects.toThrow(/line 3: img\/0\.png is already in line 2/);
  });

  it("may be absolute, and are the same images", async () => {
    const root = await makeFolder(images);
    const lines = ["path,split,label,mask", "img/0.png,train,good,", `${root}/img/2.png,test,crack,${root}/img/m.png`, `img/1.png,test,0,`];
    await writeFile(join(root, "t.csv"), lines.join("\n"));
    const { classes, warnings } = await scanDataset(join(root, "t.csv"));
    expect(classes[0]!.test.map(({ id }) => id.slice(id.indexOf("/") + 1))).toEqual(["img/1.png", "img/2.png"]);
    expect(warnings).toEqual([]);
    await writeFile(join(root, "t.csv"), `${lines.join("\n")}\n${root}/img/0.png,test,0,\n`);
    await expect(scanDataset(join(root, "t.csv"))).rejects.toThrow(/line 5: img\/0\.png is already in line 2/);
  });

  it("that differ from a file in capital letters are told apart", async () => {
    await expect(scan("path\nIMG/0.PNG\n")).rejects.toThrow(
      /line 2: there is no file IMG\/0\.PNG\. .* There is img\/0\.png, whose name differs in capital letters\./,
    );
  });
});

it("a table is not named among what is not read, and its first line may be that of Excel", async () => {
  const json = ["img/0.png", "img/1.png", "img/2.png", "img/m.png"].map((path) => JSON.stringify({ path })).join("\n");
  expect((await scan(json, "t.ndjson")).warnings).toEqual([]);
  const table = "path,split\nimg/0.png,train\nimg/1.png,test\nimg/2.png,test\nimg/m.png,test\n";
  for (const [separator, end] of [
    [",", "\n"],
    [";", "\r\n"],
    ["\t", "\r"],
  ] as const) {
    const content = `sep=${separator}\n${table}`.replaceAll(",", separator).replaceAll("\n", end);
    expect((await scan(content)).classes["set"]).toHaveLength(4);
  }
  await expect(scan(`sep=,\n${table}img/9.png,test\n`)).rejects.toThrow(/line 7: there is no file/);
});
