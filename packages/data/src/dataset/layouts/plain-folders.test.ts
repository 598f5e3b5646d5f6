import { describe, expect, it } from "vitest";
import { scanFiles, several } from "../../testing/scan-files.js";

describe("plain folders", () => {
  it("products of good images only, in numbered folders too", async () => {
    const { layout, classes, readAs } = await scanFiles({ ...several("bolt", 2, ".jpg"), "nut/cam1/0.png": null, "nut/cam2/0.png": null });
    expect(layout).toBe("good-only");
    expect(readAs).toBe("Read as folders of good images only: 2 classes, 4 good images to train on, none to test on.");
    expect(classes).toEqual({ bolt: ["train bolt/000.jpg", "train bolt/001.jpg"], nut: ["train nut/cam1/0.png", "train nut/cam2/0.png"] });
  });

  it("one folder of good images", async () => {
    expect(await scanFiles({ ...several("bolt", 2) }, { at: "bolt" })).toMatchObject({
      layout: "good-only",
      classes: { bolt: ["train bolt/000.png", "train bolt/001.png"] },
    });
  });

  it.each([
    ["images beside folders of images", { "0.png": null, "holiday/1.png": null }],
    ["bad images only", several("bolt/bad", 3)],
    ["kinds of defects without good images", { ...several("bolt/crack", 2), ...several("bolt/hole", 2) }],
    ["a split above plain folders", { ...several("validation", 2), ...several("masks", 2) }],
  ])("are not guessed from %s", async (_, files) => {
    await expect(scanFiles(files)).rejects.toMatchObject({ code: "LTAD_DATA" });
  });

  it("good and bad beside each other, for one product: a fifth of the good ones is for testing, and stays when more come", async () => {
    const files = { ...several("bolt/ok", 40), ...several("bolt/scratch", 2), "bolt/masks/000.png": null };
    const { layout, classes, warnings } = await scanFiles(files, { at: "bolt" });
    expect(layout).toBe("good-bad");
    const kept = (rows: readonly string[]) => rows.filter((row) => row.startsWith("good"));
    expect(kept(classes["bolt"]!).length).toBeGreaterThan(3);
    expect(kept(classes["bolt"]!).length).toBeLessThan(14);
    expect(classes["bolt"]).toContain("scratch bolt/scratch/000.png < 000.png");
    expect(warnings).toEqual([
      "bolt: the folders have no split; about a fifth of the good images are used for testing.",
      "scratch: 1 file (001.png) without a mask; excluded from pixel metrics.",
    ]);
    const more = await scanFiles({ ...files, ...several("bolt/ok", 80) }, { at: "bolt" });
    expect(kept(more.classes["bolt"]!)).toEqual(expect.arrayContaining(kept(classes["bolt"]!)));
  });

  it("good and bad for each product, with masks beside the images", async () => {
    const { layout, classes, warnings } = await scanFiles({
      ...several("bolt/good", 10),
      "bolt/NG/0.png": null,
      "bolt/NG/0_mask.png": null,
      ...several("nut/normal", 10),
      ...several("photos", 2),
    });
    expect(layout).toBe("good-bad");
    expect(Object.keys(classes)).toEqual(["bolt", "nut"]);
    expect(classes["bolt"]).toContain("NG bolt/NG/0.png < 0_mask.png");
    expect(classes["nut"]).toHaveLength(10);
    expect(warnings).toContain("photos: 2 files (000.png, 001.png) not used.");
  });

  it("good images beside a folder of bad ones, for one product and for each", async () => {
    const files = { ...several("set", 8), ...several("set/NG", 2), "set/masks/000.png": null };
    const { layout, classes } = await scanFiles(files, { at: "set" });
    expect(layout).toBe("good-bad");
    expect(classes["set"]).toContain("NG set/NG/000.png < 000.png");
    expect(classes["set"]!.filter((row) => /^(?:train|good) set\/\d/.test(row))).toHaveLength(8);
    expect(Object.keys((await scanFiles({ ...several("bolt", 8), ...several("bolt/bad", 2) })).classes)).toEqual(["bolt"]);
  });

  it("masks in folders of their own beside good/ and bad/ are no product", async () => {
    const files = { ...several("set/good", 8), ...several("set/bad", 1), "set/masks/good/0.png": null, "set/masks/bad/000.png": null };
    const { classes } = await scanFiles(files, { at: "set" });
    expect(Object.keys(classes)).toEqual(["set"]);
    expect(classes["set"]).toContain("bad set/bad/000.png < 000.png");
    expect(Object.keys((await scanFiles({ ...several("mask/good", 8), ...several("mask/bad", 1) })).classes)).toEqual(["mask"]);
  });

  it("good images whose names, or a table beside them, may say that they are defective are named, and days that are read as products", async () => {
    const { warnings } = await scanFiles(
      { ...several("set", 2), "set/ng_1.png": null, "set/no defect 1.png": null, "set/labels.csv": "" },
      { at: "set" },
    );
    expect(warnings).toEqual([
      "set: 1 file (labels.csv) not read. If a table says which images are defective, give the table in place of the folder.",
      "set: 1 file (ng_1.png) read as good images, although their names say that they are defective. If they are, move them out of the good ones.",
    ]);
    expect((await scanFiles({ ...several("2026-01-02", 2), ...several("2026-01-03", 2) })).warnings).toEqual([
      "set: its folders 2026-01-02, 2026-01-03 are named as days, and each is read as a product. If they are one, give the folder with --good FOLDER.",
    ]);
    expect((await scanFiles({ ...several("4711", 2), ...several("20261402", 2) })).warnings).toEqual([]);
  });

  it("polygons and boxes are named as not read, other documents are not", async () => {
    const { warnings } = await scanFiles({
      ...several("bolt/good", 10),
      ...several("bolt/scratch", 2),
      "bolt/scratch/000.json": "{}",
      "bolt/scratch/001.xml": "<annotation/>",
      "bolt/scratch/readme.txt": "",
      "bolt/annotations/1.json": "{}",
      "instances_default.json": "{}",
      "settings.json": "{}",
    });
    const why = "not read: polygons and boxes are not masks. Draw them as images that are white where the defect is.";
    expect(warnings.filter((line) => line.endsWith(why))).toEqual([
      `bolt/annotations: 1 file (1.json) ${why}`,
      `bolt/scratch: 2 files (000.json, 001.xml) ${why}`,
      `set: 1 file (instances_default.json) ${why}`,
    ]);
    expect(warnings.join("\n")).not.toMatch(/readme|settings/);
  });

  it("one product as MVTec AD has it, without the folder above", async () => {
    const { layout, classes } = await scanFiles({ "bolt/train/good/0.png": null, "bolt/test/hole/0.png": null }, { at: "bolt" });
    expect({ layout, classes }).toEqual({
      layout: "mvtec-ad",
      classes: { bolt: ["train bolt/train/good/0.png", "hole bolt/test/hole/0.png"] },
    });
    expect((await scanFiles({ "bolt/train/good/0.png": null }, { at: "bolt", className: "m8" })).classes).toHaveProperty("m8");
  });
});
