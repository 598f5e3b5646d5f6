import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../testing/make-folder.js";
import { scanFiles, several } from "../testing/scan-files.js";
import { scanDataset } from "./scan-dataset.js";

describe("a table", () => {
  const images = { "img/0.png": null, "img/1.png": null, "img/2.png": null, "img/m.png": null, "img/spare.png": null };
  it("says where the files are that it names without their folder", async () => {
    await expect(scanFiles({ ...images, "t.csv": "path\n0.png\n1.png\n" }, { at: "t.csv" })).rejects.toThrow(
      /line 2: there is no file 0\.png; .* 0\.png is in img; put the table there, too\.$/,
    );
  });

  it("names columns that may say what is defective, where no known one does", async () => {
    const { warnings } = await scanFiles({ ...images, "t.csv": "path,quality\nimg/0.png,1\nimg/1.png,0\n" }, { at: "t.csv" });
    expect(warnings[0]).toMatch(
      /^t\.csv: no column label, so all its images are read as good; not read: quality \(did you mean label\?\)\. If one/,
    );
  });

  const expected = { bolt: ["train img/0.png", "good img/1.png", "crack img/2.png < m.png"] };

  it.each([
    [
      "CSV",
      "t.csv",
      "path,class,split,label,mask\nimg/0.png,bolt,train,good,\nimg/1.png,bolt,test,0,\nimg/2.png,bolt,test,crack,img/m.png\n",
    ],
    [
      "CSV of a German Excel in UTF-16",
      "t.csv",
      Buffer.from(
        "\ufeffFilename;Product;Set;Label;Mask\r\nimg\\0.png;bolt;train;OK;\r\nimg\\1.png;bolt;test;OK;\r\nimg\\2.png;bolt;test;crack;img\\m.png\r\n",
        "utf16le",
      ),
    ],
    [
      "JSON lines as UniAD writes them",
      "t.jsonl",
      [
        { filename: "img/0.png", split: "train", label: 0, label_name: "good", clsname: "bolt" },
        { filename: "img/1.png", split: "test", label: 0, label_name: "good", clsname: "bolt" },
        { filename: "img/2.png", split: "test", label: 1, label_name: "crack", clsname: "bolt", maskname: "img/m.png" },
      ]
        .map((row) => JSON.stringify(row))
        .join("\n"),
    ],
  ])("as %s", async (_, name, content) => {
    const { layout, classes, warnings } = await scanFiles({ ...images, [name]: content }, { at: name });
    expect({ layout, classes }).toEqual({ layout: "table", classes: expected });
    expect(warnings).toEqual(["img: 1 file (spare.png) not used."]);
  });

  it("without class and split: one class, and a fifth of the good images for testing", async () => {
    const good = Object.keys(several("img", 30));
    const table = ["image,label", ...good.map((path) => `${path},0`), "img/bad.png,1"].join("\n");
    const { classes } = await scanFiles({ ...several("img", 30), "img/bad.png": null, "t.csv": table }, { at: "t.csv" });
    const rows = classes["set"]!;
    expect(rows).toContain("defect img/bad.png");
    expect(rows.filter((row) => row.startsWith("good")).length).toBeGreaterThan(1);
  });

  it("names every faulty row", async () => {
    const table = "path,split\nimg/0.png,train\nimg/gone.png,train\n../x.png,train\nimg/0.png,test\n";
    await expect(scanFiles({ ...images, "t.csv": table }, { at: "t.csv" })).rejects.toThrow(
      /line 3: there is no file img\/gone.png; line 4: \.\.\/x.png is outside .*; line 5: img\/0.png is already in line 2/,
    );
    await expect(scanFiles({ ...images, "t.csv": "path,split\nimg/0.png,dev\n" }, { at: "t.csv" })).rejects.toThrow(
      /line 2: the split is dev/,
    );
    await expect(scanFiles({ ...images, "t.csv": "name,split\nimg/0.png,train\n" }, { at: "t.csv" })).rejects.toThrow(/no image is named/);
    await expect(scanFiles({ ...images, "t.csv": "path\n" }, { at: "t.csv" })).rejects.toThrow(/no row below its header/);
  });
});

describe("a layout file", () => {
  const files = {
    "bolt/line/2024-05-01/0.png": null,
    "bolt/checked/IO/1.png": null,
    "bolt/checked/crack/2.png": null,
    "bolt/labels/crack/2_a.png": null,
    "bolt/labels/crack/2_b.png": null,
    "bolt/labels/crack/9_a.png": null,
    "bolt/thumbnails/0.png": null,
    "bolt/odd/7.png": null,
  };
  const layout = {
    train: "{class}/line/**",
    bad: "{class}/checked/{label}",
    masks: ["{class}/labels/{label}/{name}_*"],
    ignore: "**/thumbnails",
    "good-names": ["IO"],
  };

  it("says by patterns what is what", async () => {
    const found = await scanFiles(files, { layout });
    expect(found).toMatchObject({
      layout: "layout file",
      classes: {
        bolt: ["train bolt/line/2024-05-01/0.png", "good bolt/checked/IO/1.png", "crack bolt/checked/crack/2.png < 2_a.png 2_b.png"],
      },
    });
    expect(found.warnings).toEqual([
      "masks: 1 file (bolt/labels/crack/9_a.png) without exactly one defective image of the same class and name; ignored.",
      "bolt/odd: 1 file (7.png) not used.",
    ]);
  });

  it("keeps good images for testing where it names none", async () => {
    const { classes } = await scanFiles(
      { ...several("ok", 30), "nok/0.png": null },
      { layout: { train: "ok", bad: "nok", "class-name": "bolt" } },
    );
    expect(classes["bolt"]!.filter((row) => row.startsWith("good")).length).toBeGreaterThan(1);
    expect(classes["bolt"]).toContain("defect nok/0.png");
  });

  it("may only name a layout, and what is good", async () => {
    const { classes } = await scanFiles(
      { "a/train/good/0.png": null, "a/test/fein/0.png": null },
      { layout: { layout: "mvtec-ad", "good-names": ["fein"] } },
    );
    expect(classes["a"]).toContain("good a/test/fein/0.png");
  });

  it.each([
    ["an unknown key", { train: "a", tset: "b" }, /Unrecognized key: "tset"/],
    ["neither patterns nor a layout", { good: "a" }, /either `layout` with a name, or patterns/],
    ["an unknown field", { train: "{klass}/ok" }, /has \{klass\}; expected \{class\}/],
    ["an unknown layout", { layout: "mvtek" }, /layout mvtek: there is no layout of this name/],
  ])("refuses %s", async (_, said, message) => {
    await expect(scanFiles(files, { layout: said as object })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(message),
    });
  });
});

describe("folders of good and bad images anywhere", () => {
  it("are one product", async () => {
    const root = await makeFolder({ ...several("here/m8/ok", 20), ...several("there/rejects", 2) });
    const found = await scanDataset(undefined, { good: [join(root, "here/m8/ok")], bad: [join(root, "there/rejects")] });
    expect(found.layout).toBe("files");
    expect(found.classes.map(({ name, test }) => [name, test.filter(({ label }) => label === "rejects").length])).toEqual([["m8", 2]]);
    expect(found.classes[0]!.test.length).toBeGreaterThan(2);
    expect(found.classes[0]!.train[0]!.id).toMatch(/^m8\/here\/m8\/ok\/\d+.png$/);
    expect((await scanDataset(undefined, { good: [join(root, "here/m8/ok")], className: "bolt" })).classes[0]).toMatchObject({
      name: "bolt",
      test: [],
    });
  });

  it("may lie in each other: bad ones inside a folder of good ones are not trained on", async () => {
    const root = await makeFolder({ ...several("m8", 8), ...several("m8/NG", 2) });
    const { classes } = await scanDataset(undefined, { good: [join(root, "m8")], bad: [join(root, "m8/NG")] });
    const good = classes[0]!.test.filter(({ label }) => label === "good");
    expect(classes[0]!.train.length + good.length).toBe(8);
    expect(classes[0]!.test.length - good.length).toBe(2);
    const twice = scanDataset(undefined, { good: [join(root, "m8")], bad: [join(root, "m8/../m8")] });
    await expect(twice).rejects.toThrow(/this folder is given twice/);
  });

  it("do not go together with a data set, and need good ones", async () => {
    const root = await makeFolder(several("ok", 2));
    await expect(scanDataset(root, { good: [join(root, "ok")] })).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    await expect(scanDataset(undefined, { bad: [join(root, "ok")] })).rejects.toMatchObject({ code: "LTAD_CONFIG" });
  });
});

describe("links", () => {
  it("that lead out are followed when they are allowed", async () => {
    const store = await makeFolder({ "bolt/train/good/0.png": null, "0.png": null });
    const root = await makeFolder({});
    await symlink(join(store, "bolt"), join(root, "bolt"));
    await mkdir(join(root, "nut/train/good"), { recursive: true });
    await symlink(join(store, "0.png"), join(root, "nut/train/good/0.png"));
    await expect(scanDataset(root)).rejects.toThrow(/this link points outside .* allow such links with --links/);
    const { classes } = await scanDataset(root, { links: true });
    expect(classes.map(({ name, train }) => [name, train.length])).toEqual([
      ["bolt", 1],
      ["nut", 1],
    ]);
  });

  it("to a folder above do not go round in circles", async () => {
    const root = await makeFolder({ "a/train/good/0.png": null });
    await symlink(root, join(root, "a/again"));
    expect((await scanDataset(root, { links: true })).classes).toHaveLength(1);
  });

  it("are refused in a table, too", async () => {
    const store = await makeFolder({ "0.png": null });
    const root = await makeFolder({});
    await writeFile(join(root, "t.csv"), `path\n${join(store, "0.png")}\n`);
    await expect(scanDataset(join(root, "t.csv"))).rejects.toThrow(/is outside/);
  });
});
