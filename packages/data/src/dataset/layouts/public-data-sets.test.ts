import { describe, expect, it } from "vitest";
import sharp from "sharp";
import { png } from "../../testing/make-folder.js";
import { scanFiles, several } from "../../testing/scan-files.js";

const black = await png(6, 4, 0);
const marked = await sharp(
  Uint8Array.from({ length: 24 }, (_, i) => (i < 3 ? 255 : 0)),
  { raw: { width: 6, height: 4, channels: 1 } },
)
  .png()
  .toBuffer();

describe("layouts of public data sets", () => {
  it("MVTec AD, and MPDD, which is arranged like it", async () => {
    const files = {
      "tubes/train/good/0.png": null,
      "tubes/test/good/0.png": null,
      "tubes/test/rust/0.png": null,
      "tubes/ground_truth/rust/0_mask.png": null,
      "readme.txt": "",
      "tubes/license.txt": "",
    };
    expect(await scanFiles(files)).toEqual({
      layout: "mvtec-ad",
      readAs: "Read as MVTec AD: 1 class, 1 good image to train on, 1 good and 1 defective to test on.",
      classes: { tubes: ["train tubes/train/good/0.png", "good tubes/test/good/0.png", "rust tubes/test/rust/0.png < 0_mask.png"] },
      warnings: [],
    });
    expect(await scanFiles(files, { layout: "mpdd" })).toMatchObject({ layout: "mpdd", readAs: expect.stringContaining("Read as MPDD") });
  });

  it("MVTec AD 2: validation and the private test sets are named", async () => {
    const { layout, classes, warnings } = await scanFiles({
      "vial/train/good/0.png": null,
      ...several("vial/validation/good", 2),
      "vial/test_public/good/0.png": null,
      "vial/test_public/bad/0.png": null,
      "vial/test_public/ground_truth/bad/0_mask.png": null,
      "vial/test_private/0.png": null,
    });
    expect(layout).toBe("mvtec-ad-2");
    expect(classes).toEqual({
      vial: ["train vial/train/good/0.png", "bad vial/test_public/bad/0.png < 0_mask.png", "good vial/test_public/good/0.png"],
    });
    expect(warnings).toEqual([
      "vial/test_private: 1 file (0.png) not used: there are no labels for these images.",
      "vial/validation: 2 files (good/000.png, good/001.png) not used: images for choosing limits, which are used neither for training nor for testing.",
    ]);
  });

  it("MVTec LOCO: all masks of an image", async () => {
    const { layout, classes } = await scanFiles({
      "box/train/good/0.png": null,
      "box/test/good/0.png": null,
      "box/test/logical_anomalies/000.png": null,
      "box/test/structural_anomalies/000.png": null,
      "box/ground_truth/logical_anomalies/000/000.png": null,
      "box/ground_truth/logical_anomalies/000/001.png": null,
      "box/ground_truth/structural_anomalies/000/000.png": null,
    });
    expect(layout).toBe("mvtec-loco");
    expect(classes["box"]).toContain("logical_anomalies box/test/logical_anomalies/000.png < 000.png 001.png");
    expect(classes["box"]).toContain("structural_anomalies box/test/structural_anomalies/000.png < 000.png");
  });

  it("BTAD: ok is good", async () => {
    const { layout, classes, warnings } = await scanFiles({
      "01/train/ok/0.bmp": null,
      "01/test/ok/1.bmp": null,
      "01/test/ko/2.bmp": null,
      "01/ground_truth/ko/2.png": null,
    });
    expect({ layout, classes, warnings }).toEqual({
      layout: "btad",
      classes: { "01": ["train 01/train/ok/0.bmp", "ko 01/test/ko/2.bmp < 2.png", "good 01/test/ok/1.bmp"] },
      warnings: [],
    });
  });

  const visaFiles = {
    ...several("candle/Data/Images/Normal", 3, ".JPG"),
    "candle/Data/Images/Anomaly/000.JPG": null,
    "candle/Data/Masks/Anomaly/000.png": null,
    "split_csv/2cls_fewshot.csv":
      "object,split,label,image,mask\ncandle,train,normal,candle/Data/Images/Normal/000.JPG,\ncandle,train,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png\ncandle,test,normal,candle/Data/Images/Normal/001.JPG,\n",
  };
  const split = [
    "object,split,label,image,mask",
    "candle,train,normal,candle/Data/Images/Normal/000.JPG,",
    "candle,train,normal,candle/Data/Images/Normal/001.JPG,",
    "candle,test,normal,candle/Data/Images/Normal/002.JPG,",
    "candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png",
  ].join("\n");

  it("VisA: by its split", async () => {
    const { layout, classes, warnings } = await scanFiles({ ...visaFiles, "split_csv/1cls.csv": split });
    expect(layout).toBe("visa");
    expect(classes).toEqual({
      candle: [
        "train candle/Data/Images/Normal/000.JPG",
        "train candle/Data/Images/Normal/001.JPG",
        "defect candle/Data/Images/Anomaly/000.JPG < 000.png",
        "good candle/Data/Images/Normal/002.JPG",
      ],
    });
    expect(warnings).toEqual(["split_csv/1cls.csv: read as the split; another split is used when its file is given as the data set."]);
  });

  it("VisA: by another split, whose defective training images are named, and without any", async () => {
    const { layout, classes, warnings } = await scanFiles(visaFiles, { at: "split_csv/2cls_fewshot.csv" });
    expect(layout).toBe("table");
    expect(classes).toEqual({ candle: ["train candle/Data/Images/Normal/000.JPG", "good candle/Data/Images/Normal/001.JPG"] });
    expect(warnings.join()).toMatch(/2cls_fewshot.csv: 1 file \(candle\/Data\/Images\/Anomaly\/000.JPG\) not used: they are defective/);
    expect(warnings.join()).toMatch(/Images\/Normal: 1 file \(002.JPG\) not used/);
    const bare = await scanFiles(visaFiles);
    expect(bare.layout).toBe("visa");
    expect(bare.classes["candle"]).toContain("anomaly candle/Data/Images/Anomaly/000.JPG < 000.png");
    expect(bare.warnings.join()).toMatch(/about a fifth of the good images/);
  });

  it("DAGM 2007: defective training images are not trained on", async () => {
    const { layout, classes, warnings } = await scanFiles({
      "Class1/Train/0001.PNG": null,
      "Class1/Train/0002.PNG": null,
      "Class1/Train/Label/0002_label.PNG": null,
      "Class1/Train/Label/Labels.txt": "",
      "Class1/Test/0001.PNG": null,
      "Class1/Test/0003.PNG": null,
      "Class1/Test/Label/0003_label.PNG": null,
    });
    expect({ layout, classes, warnings }).toEqual({
      layout: "dagm",
      classes: { Class1: ["train Class1/Train/0001.PNG", "good Class1/Test/0001.PNG", "defect Class1/Test/0003.PNG < 0003_label.PNG"] },
      warnings: ["Class1/Train: 1 file (0002.PNG) not used: they are defective, and training uses good images only."],
    });
  });

  it("DAGM 2007: also where no training image is defective", async () => {
    const { layout, classes } = await scanFiles({
      "Class1/Train/0001.PNG": null,
      "Class1/Test/0001.PNG": null,
      "Class1/Test/0003.PNG": null,
      "Class1/Test/Label/0003_label.PNG": null,
    });
    expect(layout).toBe("dagm");
    expect(classes["Class1"]).toEqual([
      "train Class1/Train/0001.PNG",
      "good Class1/Test/0001.PNG",
      "defect Class1/Test/0003.PNG < 0003_label.PNG",
    ]);
  });

  it("Kolektor SDD: good is what has a black mask, and an item stays on one side", async () => {
    const items = Array.from({ length: 12 }, (_, i) => `kos${String(i + 1).padStart(2, "0")}`);
    const files = items.flatMap((item) => [
      [`${item}/Part0.jpg`, null],
      [`${item}/Part0_label.bmp`, black],
      [`${item}/Part1.jpg`, null],
      [`${item}/Part1_label.bmp`, item === "kos03" ? marked : black],
    ]);
    const { layout, classes, readAs } = await scanFiles(Object.fromEntries(files) as Record<string, Uint8Array | null>);
    expect(layout).toBe("kolektor-sdd");
    expect(readAs).toMatch(/1 class, \d+ good images to train on, \d+ good and 1 defective/);
    const rows = classes["set"]!;
    expect(rows).toContain("defect kos03/Part1.jpg < Part1_label.bmp");
    const sides = (side: string) => new Set(rows.filter((row) => row.startsWith(`${side} `)).map((row) => row.split(/[ /]/)[1]!));
    expect(sides("good").size).toBeGreaterThan(0);
    expect([...sides("good")].filter((item) => sides("train").has(item))).toEqual([]);
  });

  it.each(["GT", "gt"])("Kolektor SDD2: the same, with its own split, with masks _%s", async (gt) => {
    const { layout, classes, warnings } = await scanFiles({
      "train/10000.png": null,
      [`train/10000_${gt}.png`]: black,
      "train/10001.png": null,
      [`train/10001_${gt}.png`]: marked,
      "test/20000.png": null,
      [`test/20000_${gt}.png`]: black,
      "test/20001.png": null,
      [`test/20001_${gt}.png`]: marked,
    });
    expect({ layout, classes, warnings }).toEqual({
      layout: "kolektor-sdd2",
      classes: { set: ["train train/10000.png", "good test/20000.png", `defect test/20001.png < 20001_${gt}.png`] },
      warnings: ["train: 1 file (10001.png) not used: they are defective, and training uses good images only."],
    });
  });

  const iad = (train: string[], test: string[]) => {
    const row = (path: string) => ({
      category: "mint",
      anomaly_class: path.startsWith("OK") ? "OK" : path.split("/")[1],
      image_path: path,
      mask_path: path.startsWith("OK") ? null : path.replace(".jpg", ".png"),
    });
    return JSON.stringify({ meta: { prefix: "mint/", normal_class: "OK" }, train: train.map(row), test: test.map(row) });
  };

  it("Real-IAD: by its JSON; of two sizes the larger, and what is missing or defective is named", async () => {
    const [good, tested, bad] = ["OK/S1/a.jpg", "OK/S2/b.jpg", "NG/AK/S3/c.jpg"];
    const images = (size: number) =>
      Object.fromEntries([good, tested, bad, "NG/AK/S3/c.png"].map((path) => [`realiad_${size}/mint/${path}`, null]));
    const { layout, classes, warnings } = await scanFiles({
      ...images(256),
      ...images(1024),
      "realiad_jsons/realiad_jsons/mint.json": iad([good, bad, "OK/S9/gone.jpg"], [tested, bad]),
    });
    expect(layout).toBe("real-iad");
    expect(classes).toEqual({
      mint: ["train realiad_1024/mint/OK/S1/a.jpg", "AK realiad_1024/mint/NG/AK/S3/c.jpg < c.png", "good realiad_1024/mint/OK/S2/b.jpg"],
    });
    expect(warnings).toEqual([
      "realiad_1024: read, because it is the largest of several sizes.",
      "realiad_jsons/realiad_jsons/mint.json: 1 file (OK/S9/gone.jpg) listed, but not in the folder of images.",
      "realiad_jsons/realiad_jsons/mint.json: 1 file (NG/AK/S3/c.jpg) not used: they are defective, and training uses good images only.",
      expect.stringMatching(/^realiad_256: 4 files .* not used\.$/),
    ]);
    await expect(scanFiles({ ...images(256), "realiad_jsons/mint.json": "{}" })).rejects.toThrow(/this is not a split of Real-IAD/);
  });

  it("AITEX: fabrics are classes, codes are defects, several masks are one", async () => {
    const { layout, classes, warnings } = await scanFiles({
      ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`NODefect_images/2306881-210020u/${1000 + i}_000_04.png`, null])),
      "Defect_images/0044_019_04.png": null,
      "Defect_images/0100_025_08.png": null,
      "Mask_images/0044_019_04_mask1.png": null,
      "Mask_images/0044_019_04_mask2.png": null,
    });
    expect(layout).toBe("aitex");
    expect(Object.keys(classes)).toEqual(["04"]);
    expect(classes["04"]).toContain("019 Defect_images/0044_019_04.png < 0044_019_04_mask1.png 0044_019_04_mask2.png");
    expect(classes["04"]!.filter((row) => row.startsWith("good"))).not.toEqual([]);
    expect(warnings.join()).toMatch(/0100_025_08.png: not used: the data set has no good image of fabric 08/);
  });
});
