import { describe, expect, it } from "vitest";
import { png } from "../../testing/make-folder.js";
import { scanFiles, several } from "../../testing/scan-files.js";

describe("good and bad folders beside each other", () => {
  it.each([
    ["perfect", "broken"],
    ["ok_front", "def_front"],
    ["good left", "bad left"],
    ["nominal", "damaged"],
    ["perfekt", "kaputt"],
  ])("are known as %s and %s", async (good, bad) => {
    const { layout, classes } = await scanFiles({ ...several(good, 8), ...several(bad, 2) });
    expect(layout).toBe("good-bad");
    expect(classes["set"]!.filter((row) => row.startsWith(`${bad} `))).toHaveLength(2);
  });

  it.each([
    ["positive", "negative", "negative and positive"],
    ["0", "1", "0 and 1"],
    ["golden", "bolts", "golden and bolts"],
  ])("are named when they may be %s and %s", async (one, other, told) => {
    const warning = `one of its folders ${told} may hold defects, and both are read as good images. If so, say which is good with --good-names NAME, or with --good FOLDER --bad FOLDER.`;
    const files = { ...several(one, 8), ...several(other, 2) };
    expect((await scanFiles(files)).warnings).toEqual([`set: ${warning}`]);
    const said = await scanFiles(files, { goodNames: [one] });
    expect(said.layout).toBe("good-bad");
    expect(said.warnings.join()).not.toContain("may hold defects");
  });

  it("are named inside a product, too, but not where 0 and 1 are two of many numbers", async () => {
    expect((await scanFiles({ ...several("bolt/0", 8), ...several("bolt/1", 2) })).warnings.join()).toMatch(
      /^bolt: one of its folders 0 and 1/,
    );
    expect((await scanFiles({ ...several("0", 8), ...several("1", 2), ...several("2", 2) })).warnings).toEqual([]);
  });

  it("are refused when only one says what it is", async () => {
    await expect(scanFiles({ ...several("fein", 8), ...several("broken", 2) })).rejects.toThrow(
      /The name broken says that its images are defective; say which are good\. Other folders are read with --good/,
    );
    await expect(scanFiles({ ...several("bolt/cam1", 8), ...several("bolt/ng1", 2) })).rejects.toThrow(/no class found/);
  });

  it("inside days are not products", async () => {
    const { warnings } = await scanFiles({
      ...several("2024-01-05/ok", 8),
      ...several("2024-01-05/nok", 2),
      ...several("2024-01-06/ok", 8),
    });
    expect(warnings[0]).toBe(
      "set: its folders 2024-01-05, 2024-01-06 are named as days, and each is read as a product. If they are one, give the folders with --good FOLDER --bad FOLDER.",
    );
  });

  it("inside a folder of good images are named", async () => {
    const inside = { ...several("a/train/good/good", 2), ...several("a/train/good/spot", 2) };
    expect((await scanFiles(inside)).warnings[0]).toMatch(
      /^a\/train\/good: its folders spot are read as good images .*, although they lie beside good\. If they hold defects/,
    );
    const swapped = { ...several("train/bolt/good", 2), ...several("test/bolt/good", 2), ...several("test/bolt/spot", 2) };
    expect((await scanFiles(swapped, { layout: "mvtec-ad", goodNames: ["bolt"] })).warnings.join("\n")).toMatch(
      /^test\/bolt: its folders spot are read as good images/m,
    );
    const plain = { ...several("ok/day1", 8), ...several("ok/ng", 2), ...several("crack", 2) };
    expect((await scanFiles(plain)).warnings.join("\n")).toMatch(
      /^ok: its folders ng are read as good images .*, although their names say/m,
    );
    expect((await scanFiles({ ...several("a/train/good/d1", 2), ...several("a/train/good/d2", 2) })).warnings.join()).not.toMatch(
      /defects/,
    );
  });
});

describe("masks of training images", () => {
  it("that mark something are named", async () => {
    const [black, marked] = [await png(6, 4, 0), await png(6, 4, 255)];
    const masks = { "0_gt.png": black, "1_gt.png": marked, "2_gt.png": "no image" };
    const files = (folder: string) =>
      Object.fromEntries(
        Object.entries({ "0.png": null, "1.png": null, "2.png": null, ...masks }).map(([name, content]) => [`${folder}/${name}`, content]),
      );
    const why =
      "mark defects in training images, which are read as good ones. If these images are defective, take them out of the training images; otherwise remove the masks.";
    for (const folder of ["a/train/good", "a/train", "a"]) {
      const { classes, warnings } = await scanFiles(files(folder));
      expect(classes["a"]).toHaveLength(3);
      expect(warnings).toContain(`a: 1 file (${folder}/1_gt.png) ${why}`);
    }
  });
});

it("names a hidden folder that is no system's", async () => {
  const { warnings } = await scanFiles({
    ...several("bolt/train/good", 2),
    ...several(".nut/train/good", 2),
    ".git/config": "",
    ".ipynb_checkpoints/0.png": null,
    ".dvc/config": "",
  });
  expect(warnings).toEqual(["set: its folder .nut is not read, because its name begins with a dot. Rename it if it holds images."]);
});

it("reads train/CLASS and test/CLASS", async () => {
  const files = {
    "train/bolt/good/0.png": null,
    "train/nut/0.png": null,
    "test/bolt/good/1.png": null,
    "test/bolt/spot/2.png": null,
    "test/nut/ok/1.png": null,
    "ground_truth/bolt/spot/2_mask.png": null,
    "photos/0.png": null,
  };
  expect(await scanFiles(files)).toMatchObject({
    layout: "split-first",
    classes: {
      bolt: ["train train/bolt/good/0.png", "good test/bolt/good/1.png", "spot test/bolt/spot/2.png < 2_mask.png"],
      nut: ["train train/nut/0.png", "ok test/nut/ok/1.png"],
    },
    warnings: [
      "photos: not a class (it has no train/ folder), and its 1 images are not used; ignored.",
      "train/nut: its images are read as good ones; the usual place is train/good.",
      "test/nut/ok: its images count as defects of this name. If they are good, pass --good-names ok.",
    ],
  });
  await expect(scanFiles({ ...several("train/bolt", 2), ...several("test/bolt", 2) })).rejects.toThrow(
    /if they are classes, move each to CLASS\/train/,
  );
});
