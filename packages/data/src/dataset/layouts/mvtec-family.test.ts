import { describe, expect, it } from "vitest";
import { scanFiles } from "../../testing/scan-files.js";

describe("siblings of MVTec AD", () => {
  const good = { "a/train/good/0.png": null };

  it("tells of good test images under another name, and takes the name", async () => {
    for (const name of [
      "ok",
      "OK",
      "Good",
      "normal",
      "defect-free",
      "Gutteile",
      "ordentlich",
      "dobry",
      "\u826f\u54c1",
      "\u043d\u043e\u0440\u043c\u0430",
    ]) {
      const option = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
      const files = { ...good, [`a/test/${name}/0.png`]: null };
      const told = await scanFiles(files);
      expect(told.classes["a"]).toContain(`${name} a/test/${name}/0.png`);
      expect(told.warnings).toEqual([
        `a/test/${name}: its images count as defects of this name. If they are good, pass --good-names ${option}.`,
      ]);
      const said = await scanFiles(files, { goodNames: [name] });
      expect(said.classes["a"]).toContain(`good a/test/${name}/0.png`);
      expect(said.warnings).toEqual([]);
    }
  });

  it("names polygons that lie where masks do, masks beside the classes, and a folder that only sounds like masks", async () => {
    const bad = { ...good, "a/test/dent/0.png": null };
    expect((await scanFiles({ ...bad, "a/ground_truth/dent/0_mask.json": "{}" })).warnings).toEqual([
      "a/ground_truth/dent: 1 file (0_mask.json) not read, because the extension is not that of an image.",
      "a/test/dent: 1 file (0.png) without a mask; excluded from pixel metrics.",
    ]);
    expect((await scanFiles({ ...bad, "ground_truth/a/dent/0.png": null })).warnings).toEqual([
      "ground_truth: not a class (it has no train/ folder), and its 1 images are not used. If these are masks, move them into " +
        "CLASS/ground_truth/DEFECT, or name them in a layout file (--layout FILE).",
    ]);
    expect((await scanFiles({ ...bad, "a/anomaly_masks/dent/0.png": null })).warnings).toEqual([
      "a/anomaly_masks: 1 file (dent/0.png) not used: if these are masks, name them in a layout file (--layout FILE), or call the folder ground_truth.",
    ]);
  });

  it.each(["OK parts", "ok-Teile 2", "GoodImages", "no defect (samples)", "i.O. Bilder", "\uff2f\uff2b"])(
    "tells of good test images whose folder is called %s",
    async (name) => {
      const { warnings } = await scanFiles({ ...good, [`a/test/${name}/0.png`]: null });
      expect(warnings).toEqual([expect.stringMatching(/count as defects of this name\. If they are good, pass --good-names/)]);
      expect((await scanFiles({ [`a/${name}/0.png`]: null, "a/scratch/0.png": null })).layout).toBe("good-bad");
    },
  );

  it.each(["nok parts", "not ok", "no good", "scratch", "ok nok", "goodness"])("takes %s for a defect without a word", async (name) => {
    expect((await scanFiles({ ...good, [`a/test/${name}/0.png`]: null })).warnings).toEqual([]);
  });

  it("tells of names that may mean good images, when there are no other good ones", async () => {
    const files = { ...good, "a/test/negative/0.png": null, "a/test/0/0.png": null };
    expect((await scanFiles(files)).warnings).toEqual([
      expect.stringMatching(/^a\/test\/0: its images count as defects/),
      expect.stringMatching(/^a\/test\/negative: its images count as defects/),
    ]);
    expect((await scanFiles({ ...files, "a/test/good/0.png": null })).warnings).toEqual([]);
  });

  it("takes train/OK, and then test/OK is good", async () => {
    const { classes } = await scanFiles({ "a/train/OK/0.png": null, "a/test/OK/0.png": null, "a/test/bent/0.png": null });
    expect(classes["a"]).toEqual(["train a/train/OK/0.png", "good a/test/OK/0.png", "bent a/test/bent/0.png"]);
  });

  it("says so with a name that must be given", async () => {
    const files = {
      "a/train/fein/0.png": null,
      "a/train/grob/0.png": null,
      "a/test/fein/0.png": null,
      "a/test/grob/0.png": null,
    };
    await expect(scanFiles(files)).rejects.toThrow(/--good-names NAME/);
    const { classes, warnings } = await scanFiles(files, { goodNames: ["fein"] });
    expect(classes["a"]).toEqual(["train a/train/fein/0.png", "good a/test/fein/0.png", "grob a/test/grob/0.png"]);
    expect(warnings).toEqual(["a/train/grob: ignored; training uses only the good images in train/fein."]);
  });

  it.each([
    ["masks/", "a/masks/cut/0_mask.png", "0_mask.png"],
    ["gt/", "a/gt/cut/0.png", "0.png"],
    ["a flat folder", "a/ground_truth/0_mask.png", "0_mask.png"],
    ["NAME_GT", "a/ground_truth/cut/0_GT.png", "0_GT.png"],
    ["NAME_label", "a/ground_truth/cut/0_label.bmp", "0_label.bmp"],
    ["mask_NAME", "a/ground_truth/cut/mask_0.png", "mask_0.png"],
    ["numbers", "a/ground_truth/cut/0_mask_1.png", "0_mask_1.png"],
    ["a folder for the image", "a/ground_truth/cut/0/7.png", "7.png"],
    ["beside the image", "a/test/cut/0_mask.png", "0_mask.png"],
    ["another case", "a/Ground_Truth/cut/0_mask.png", "0_mask.png"],
  ])("finds masks: %s", async (_, path, mask) => {
    const { classes } = await scanFiles({ ...good, "a/test/cut/0.png": null, [path]: null });
    expect(classes["a"]).toContain(`cut a/test/cut/0.png < ${mask}`);
  });

  it("joins several masks of an image, and refuses two that claim to be the one", async () => {
    const files = { ...good, "a/test/cut/a_1.png": null, "a/ground_truth/cut/a_1_mask.png": null };
    const { classes } = await scanFiles({ ...files, "a/ground_truth/cut/a_1_mask_2.png": null });
    expect(classes["a"]).toContain("cut a/test/cut/a_1.png < a_1_mask.png a_1_mask_2.png");
    await expect(scanFiles({ ...files, "a/ground_truth/cut/a_1.png": null })).rejects.toThrow(/a_1_mask.png and a_1.png .* both match it/);
  });

  it("reads folders of days where there are no images beside them, and training images without good/", async () => {
    const days = await scanFiles({
      "a/train/good/d1/0.png": null,
      "a/train/good/d2/0.png": null,
      "a/test/cut/d1/0.png": null,
      "a/ground_truth/cut/d1/0_mask.png": null,
    });
    expect(days.classes["a"]).toEqual([
      "train a/train/good/d1/0.png",
      "train a/train/good/d2/0.png",
      "cut a/test/cut/d1/0.png < 0_mask.png",
    ]);
    expect(days.warnings.join()).toMatch(/a\/train\/good: the images in its folders are read \(d1, d2\)/);
    const bare = await scanFiles({ "a/train/0.png": null });
    expect(bare.classes["a"]).toEqual(["train a/train/0.png"]);
    expect(bare.warnings).toEqual(["a/train: its images are read as good ones; the usual place is train/good."]);
  });

  it("names what nothing uses, and other endings", async () => {
    const { warnings } = await scanFiles({
      ...good,
      "a/validation/good/0.png": null,
      "a/masks/cut/0_mask.png": null,
      "a/ground_truth/cut/1_mask.png": null,
      "a/train/good/1.dng": "",
      "a/photos/x/0.png": null,
    });
    expect(warnings).toEqual([
      "a/train/good: 1 file (1.dng) not read, because the extension is not that of an image.",
      "a/ground_truth: 1 file (cut/1_mask.png) not used: there are no test images for these masks.",
      "a/masks: 1 file (cut/0_mask.png) not used: if these are masks, name them in a layout file (--layout FILE), or call the folder ground_truth.",
      "a/photos: 1 file (x/0.png) not used.",
      "a/validation: 1 file (good/0.png) not used: images for choosing limits, which are used neither for training nor for testing. To test on them, call the folder test.",
    ]);
  });

  it("says once what is the same in many classes", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `p${String(i).padStart(3, "0")}`);
    const files = names.flatMap((name) => [`${name}/train/good/0.png`, `${name}/extra/0.png`, `${name}/train/good/list.raw`]);
    const { warnings } = await scanFiles(Object.fromEntries(files.map((path) => [path, ""])));
    expect(warnings).toEqual([
      "p000/train/good, p001/train/good, p002/train/good and 297 more: 300 files not read, because the extension is not that of an image.",
      "p000/extra, p001/extra, p002/extra and 297 more: 300 files not used.",
    ]);
  });

  it("compares names in NFC", async () => {
    const { classes } = await scanFiles({
      "e\u0301/train/good/0.png": null,
      "e\u0301/test/u\u0308/a\u0300.png": null,
      "e\u0301/ground_truth/\u00fc/\u00e0_mask.png": null,
    });
    expect(classes["\u00e9"]).toEqual(["train e\u0301/train/good/0.png", "\u00fc e\u0301/test/u\u0308/a\u0300.png < \u00e0_mask.png"]);
  });
});
