import { mkdir, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../testing/make-folder.js";
import { masksOf, pixelTestItems, type TestItem } from "./dataset.js";
import { scanDataset } from "./scan-dataset.js";

const whole = {
  "nut/train/good/002.png": null,
  "nut/train/good/010.jpg": null,
  "nut/train/good/01.png": null,
  "nut/test/good/000.png": null,
  "nut/test/crack/000.png": null,
  "nut/test/crack/001.png": null,
  "nut/ground_truth/crack/000_mask.png": null,
  "nut/ground_truth/crack/001.tif": null,
  "Bolt/train/good/0.png": null,
  "Bolt/test/bent/0.png": null,
  "nut/train/good/Thumbs.db": "",
  "nut/train/good/.DS_Store": "",
  "nut/train/good/._002.png": "",
  ".git/config": "",
  "__MACOSX/nut/train/good/002.png": "",
};

describe("scanDataset", () => {
  it("lists classes, images and masks in code point order, without hidden and junk files", async () => {
    const root = await makeFolder(whole);
    const { classes, warnings } = await scanDataset(root);
    const short = classes.map(({ name, train, test }) => ({
      name,
      train: train.map(({ id }) => id),
      test: test.map(({ id, label, mask }) => [id, label, masksOf({ mask } as TestItem).map((one) => relative(root, one))[0]]),
    }));
    expect(short).toEqual([
      { name: "Bolt", train: ["Bolt/train/good/0.png"], test: [["Bolt/test/bent/0.png", "bent", undefined]] },
      {
        name: "nut",
        train: ["nut/train/good/002.png", "nut/train/good/01.png", "nut/train/good/010.jpg"],
        test: [
          ["nut/test/crack/000.png", "crack", "nut/ground_truth/crack/000_mask.png"],
          ["nut/test/crack/001.png", "crack", "nut/ground_truth/crack/001.tif"],
          ["nut/test/good/000.png", "good", undefined],
        ],
      },
    ]);
    expect(warnings).toEqual([]);
    expect(classes.map((data) => pixelTestItems(data).length)).toEqual([0, 3]);
  });

  it("says what it does not use", async () => {
    const root = await makeFolder({
      ...whole,
      "notes/readme.txt": "",
      "nut/train/good/list.csv": "",
      "nut/train/good/old/1.png": null,
      "nut/train/bad/1.png": null,
      "nut/test/stray.png": null,
      "nut/test/crack/002.png": null,
      "nut/ground_truth/crack/777_mask.png": null,
      "nut/ground_truth/scratch/0.png": null,
    });
    const { classes, warnings } = await scanDataset(root);
    expect(warnings).toMatchInlineSnapshot(`
      [
        "notes: not a class (it has no train/ folder); ignored.",
        "nut/train/bad: ignored; training uses only the good images in train/good.",
        "nut/train/good: 1 file (list.csv) not read, because the extension is not that of an image.",
        "nut/train/good: folders inside are ignored, because there are images next to them (old).",
        "nut/test: 1 file (stray.png) outside a folder such as good/; ignored.",
        "nut/ground_truth/scratch: masks without images in test/scratch; ignored.",
        "nut/test/crack: 1 file (002.png) without a mask; excluded from pixel metrics.",
        "nut/ground_truth/crack: 1 file (777_mask.png) without an image; ignored.",
      ]
    `);
    expect(pixelTestItems(classes[1]!).map(({ id }) => id)).not.toContain("nut/test/crack/002.png");
  });

  it("follows a link that stays inside", async () => {
    const root = await makeFolder({ "a/train/good/0.png": null });
    await mkdir(join(root, "b/train"), { recursive: true });
    await symlink(join(root, "a/train/good"), join(root, "b/train/good"));
    expect((await scanDataset(root)).classes.map(({ name, train }) => [name, train.length])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });
});

it("leaves out a link to the data set itself", async () => {
  const root = await makeFolder({ "a/train/good/0.png": null });
  await symlink(root, join(root, "a/again"));
  expect((await scanDataset(root)).classes.map(({ name, train }) => [name, train.length])).toEqual([["a", 1]]);
});

describe("scanDataset refuses", () => {
  const refusal = async (files: Record<string, string | null>, below = ""): Promise<string> => {
    const root = await makeFolder(files);
    const error = await scanDataset(join(root, below)).catch((e: Error & { code: string }) => e);
    return error instanceof Error ? `${error.code} ${error.message.replaceAll(root, "ROOT")}` : "nothing";
  };

  it("a folder that is missing, a file, empty or something else", async () => {
    expect(await refusal({}, "none")).toMatchInlineSnapshot(
      `"LTAD_DATA ROOT/none: there is no such folder. Expected one folder per class with CLASS/train/good/*.png, and for testing CLASS/test/good, CLASS/test/DEFECT and CLASS/ground_truth/DEFECT/NAME_mask.png (the layout of MVTec AD)."`,
    );
    expect(await refusal({ "a.zip": "" }, "a.zip")).toMatch(/^LTAD_DATA ROOT\/a.zip: this is a file/);
    expect(await refusal({})).toMatch(/no class found; it is empty/);
    expect(await refusal({ "1.png": null, "holiday/2.png": null })).toMatch(/it contains holiday\/, 1.png\. Expected/);
  });

  it("the folder above the data set, with a hint", async () => {
    expect(await refusal({ "mvtec/nut/train/good/0.png": null })).toMatch(/Did you mean ROOT\/mvtec\?$/);
  });

  it("a class without training images, but not where no training follows", async () => {
    const root = await makeFolder({ "a/test/good/0.png": null, "a/test/spot/0.png": null });
    await expect(scanDataset(root)).rejects.toThrow(/a: no training images/);
    const { classes } = await scanDataset(root, { needsTraining: false });
    expect(classes).toMatchObject([{ name: "a", train: [], test: [{ label: "good" }, { label: "spot" }] }]);
  });

  it("a class without training images", async () => {
    expect(await refusal({ ...whole, "a/train/good/x.txt": "" })).toMatchInlineSnapshot(
      `"LTAD_DATA a: no training images; expected good images in a/train/good, but it contains 1 file (x.txt) and no images. Add images or remove the class from the data set."`,
    );
    expect(await refusal({ ...whole, "a/train/bad/0.png": null, "a/train/odd/0.png": null })).toMatch(
      /train\/ contains bad\/, odd\/.* name it with --good-names NAME/,
    );
    expect(await refusal({ ...whole, "a/test/good/0.png": null })).toMatch(/there is no folder train\//);
  });

  it("two files of one name", async () => {
    expect(await refusal({ ...whole, "nut/test/crack/000.jpg": null })).toMatchInlineSnapshot(
      `"LTAD_DATA nut/test/crack: 000.jpg and 000.png have the same name, so it is unclear which of them a mask or a list refers to. Remove or rename one."`,
    );
    expect(await refusal({ ...whole, "nut/train/good/002.PNG": null })).toMatch(/002.PNG and 002.png have the same name/);
    expect(await refusal({ ...whole, "nut/ground_truth/crack/000.png": null })).toMatch(/000_mask.png and 000.png .* both match it/);
    expect(await refusal({ ...whole, "a/train/good/\u00e9.png": null, "a/train/good/e\u0301.png": null })).toMatch(/have the same name/);
  });

  it("masks of which none fits", async () => {
    expect(await refusal({ ...whole, "Bolt/ground_truth/bent/mask-of-0.png": null })).toMatchInlineSnapshot(
      `"LTAD_MASK Bolt/ground_truth/bent: 1 file (mask-of-0.png), and none is named after an image in Bolt/test/bent. Expected 0_mask.png or 0.png for 0.png; rename the masks, or remove the folder if you do not need pixel metrics."`,
    );
  });

  it("names that hide something", async () => {
    expect(await refusal({ ...whole, "a\u001b[2J/train/good/0.png": null })).toMatch(/ROOT\/a\\u001b\[2J: the name contains/);
    expect(await refusal({ ...whole, "nut/train/good/0\n1.png": null })).toMatch(/Rename it/);
    expect(await refusal({ ...whole, "a\\..\\b/train/good/0.png": null })).toMatch(/backslash/);
  });

  it("two folders of one name in different Unicode characters, which would be one class", async () => {
    expect(await refusal({ ...whole, "\u00e9/train/good/0.png": null, "e\u0301/train/good/1.png": null })).toMatch(
      /^LTAD_DATA ROOT: eU\+0301 and U\+00e9 have the same name/,
    );
  });

  it("every class without training images, every pair of one name and every broken link in one run", async () => {
    const classes = await refusal({ ...whole, "a/train/good/x.txt": "", "b/train/good/x.txt": "", "c/test/good/0.png": null });
    expect(classes).toMatch(/^LTAD_DATA a: no training images.*\n {2}b: no training images.*\n {2}c: no training images/);
    const pairs = ["0.PNG", "1.png", "1.PNG", "2.png", "2.PNG", "3.png", "3.PNG"].map((name) => [`Bolt/train/good/${name}`, null]);
    expect(await refusal({ ...whole, ...Object.fromEntries(pairs) })).toMatch(/The same is true of .*1\.png, of .*2\.png and of 1 more\./);
    const root = await makeFolder(whole);
    for (const i of [1, 2, 3, 4, 5]) await symlink(join(root, "gone"), join(root, `nut/train/good/9${i}.png`));
    await expect(scanDataset(root)).rejects.toThrow(
      /91\.png: this link is broken.* The same is true of 4 more links: \S+92\.png, .*\.\.\./,
    );
  });

  it("links that lead out or nowhere", async () => {
    const outside = await makeFolder({ "0.png": null });
    const root = await makeFolder(whole);
    await symlink(join(outside, "0.png"), join(root, "nut/train/good/999.png"));
    await expect(scanDataset(root)).rejects.toThrow(/999.png: this link points outside the data set/);
    const other = await makeFolder(whole);
    await symlink(join(other, "gone"), join(other, "nut/test/crack/999.png"));
    await expect(scanDataset(other)).rejects.toThrow(/999.png: this link is broken/);
  });
});
