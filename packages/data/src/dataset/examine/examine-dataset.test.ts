import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { longTail } from "../../splits/long-tail.js";
import { writeCleanList } from "../../splits/write-clean-list.js";
import { makeFolder, png } from "../../testing/make-folder.js";
import { scanDataset } from "../scan-dataset.js";
import { examineDataset } from "./examine-dataset.js";
import { surveyImages } from "./survey.js";
import { thumbnail } from "./thumbnail.js";

/** A part on a grey ground with a texture of its own, 96 px. */
async function part(seed: number, kind: "png" | "jpeg" = "png", tint = 0): Promise<Uint8Array> {
  const data = new Uint8Array(96 * 96 * 3);
  let state = seed + 1;
  for (let i = 0; i < 96 * 96; i++) {
    const [x, y] = [i % 96, Math.floor(i / 96)];
    if (i % 64 === 0) state = (state * 48271) % 2147483647;
    const inside = (x - 48) ** 2 + (y - 48) ** 2 < 900;
    const value = (inside ? 150 : 60) + (((state >> (x % 7)) & 31) - 15);
    data.set([value + tint, value, value], 3 * i);
  }
  const image = sharp(data, { raw: { width: 96, height: 96, channels: 3 } });
  return kind === "png" ? image.png().toBuffer() : image.jpeg({ quality: 90 }).toBuffer();
}

async function parts(folder: string, from: number, count: number): Promise<Record<string, Uint8Array>> {
  const entries = await Promise.all(
    Array.from({ length: count }, async (_, i) => [`${folder}/${String(i).padStart(3, "0")}.png`, await part(from + i)] as const),
  );
  return Object.fromEntries(entries);
}

const clean = async () => ({
  ...(await parts("a/train/good", 0, 14)),
  ...(await parts("a/test/good", 100, 10)),
  ...(await parts("a/test/cut", 200, 10)),
});

const examine = async (files: Record<string, Uint8Array | string | null>) => {
  const dataset = await scanDataset(await makeFolder(files));
  return { dataset, ...(await examineDataset(dataset)) };
};
const told = ({ lines }: Pick<Awaited<ReturnType<typeof examine>>, "lines">) =>
  lines.map(({ text, matters }) => `${matters ? "!" : " "} ${text}`).join("\n");

describe("examineDataset", () => {
  it("finds nothing that matters in a clean set", async () => {
    const found = await examine(await clean());
    expect(told(found)).toBe("  a: 14 images to train on: limits from this many images cannot promise a false-alarm rate below 6.7 %.");
    expect(found).toMatchObject({ matters: false, suspects: [], drop: new Map() });
  });

  it("finds masks of good images that mark something", async () => {
    const [marked, black] = [await png(96, 96, 255), await png(96, 96, 0)];
    const [one, other] = [await part(1), await part(2)];
    const found = await examine({
      ...(await clean()),
      "a/ground_truth/good/000_mask.png": marked,
      "a/ground_truth/good/001_mask.png": black,
      "a/ground_truth/good/broken.png": "no image",
      "b/good/0.png": one,
      "b/bad/0.png": other,
    });
    expect(found.remarks.filter(({ text }) => /masks of good/.test(text))).toEqual([
      { at: "a", files: ["a/ground_truth/good/000_mask.png"], matters: true, text: expect.stringMatching(/^mark a defect, although/) },
    ]);
    const plain = await examine({ "good/0.png": one, "good/1.png": one, "bad/0.png": other, "masks/good/0.png": marked });
    expect(told(plain)).toMatch(/1 file \(masks\/good\/0\.png\) mark a defect/);
    const table = "path,label,mask\n0.png,good,m.png\n1.png,good,\n2.png,bad,\n";
    const root = await makeFolder({ "0.png": one, "1.png": one, "2.png": other, "m.png": marked, "set.csv": table });
    expect(told(await examineDataset(await scanDataset(join(root, "set.csv"))))).toMatch(/1 file \(m\.png\) mark a defect/);
  });

  it("finds the same picture on both sides, as it is and saved again", async () => {
    const found = await examine({
      ...(await clean()),
      "a/test/good/same.png": await part(3),
      "a/test/cut/again.jpg": await part(4, "jpeg"),
    });
    expect(told(found)).toMatch(
      /! a: 1 file \(a\/test\/good\/same.png = a\/train\/good\/003.png\) found twice: the same file as a training image, which makes the test too easy/,
    );
    expect(told(found)).toMatch(
      /! a: 1 file \(a\/test\/cut\/again.jpg = a\/train\/good\/004.png\) found twice: nearly the same image as a training image/,
    );
    expect([...found.drop.keys()].sort()).toEqual(["a/train/good/003.png", "a/train/good/004.png"]);
    expect(found.suspects.map(({ id, beside }) => [id, beside?.id])).toContainEqual(["a/test/cut/again.jpg", "a/train/good/004.png"]);
  });

  it("finds training images that are tested as smaller JPEGs, lighter, with less contrast, mirrored and turned", async () => {
    const changed = async (seed: number, change: (image: Sharp) => Sharp) => change(sharp(await part(seed))).toBuffer();
    const found = await examine({
      ...(await clean()),
      "a/test/good/small.jpg": await changed(3, (image) => image.resize(64, 64).jpeg({ quality: 90 })),
      "a/test/good/light.png": await changed(4, (image) => image.linear(1.1, 5)),
      "a/test/cut/dull.png": await changed(5, (image) => image.linear(0.8, 20)),
      "a/test/good/mirror.png": await changed(6, (image) => image.flop()),
      "a/test/good/turned.jpg": await changed(7, (image) => image.rotate(90).jpeg({ quality: 85 })),
    });
    expect(found.suspects.map(({ id, why }) => `${id}: ${why}`).sort()).toEqual([
      "a/test/cut/dull.png: nearly the same image as a/train/good/005.png",
      "a/test/good/light.png: nearly the same image as a/train/good/004.png",
      "a/test/good/mirror.png: nearly a mirrored or turned copy of a/train/good/006.png",
      "a/test/good/small.jpg: nearly the same image as a/train/good/003.png",
      "a/test/good/turned.jpg: nearly a mirrored or turned copy of a/train/good/007.png",
    ]);
    expect(found.matters).toBe(true);
  });

  it("joins what it says about one class", async () => {
    const found = await examine({ ...(await clean()), "a/train/good/b1.png": await part(1), "a/train/good/b2.png": await part(2) });
    expect(told(found)).toMatch(
      / {2}a: 2 files \(.*b1.png = .*001.png, .*b2.png = .*002.png\) found twice: the same file as another training image/,
    );
  });

  it("finds the same file twice among training images, under two labels and in two classes", async () => {
    const found = await examine({
      ...(await clean()),
      ...(await parts("b/train/good", 500, 12)),
      "a/train/good/twice.png": await part(5),
      "a/test/cut/good.png": await part(100),
      "b/train/good/a.png": await part(101),
    });
    expect(told(found)).toMatch(
      / {2}a: 1 file \(a\/train\/good\/twice.png = a\/train\/good\/005.png\) found twice: the same file as another training image/,
    );
    expect(told(found)).toMatch(/! a: 1 file .* found twice: the same file as an image with another label/);
    expect(told(found)).toMatch(/! b: 1 file .* found twice: the same file as an image of another class/);
  });

  it("finds a strange training image, and calls many a second kind", async () => {
    const one = await examine({ ...(await clean()), "a/train/good/empty.png": await png(96, 96, 60) });
    expect(told(one)).toMatch(/! a: 1 file \(a\/train\/good\/empty.png\) unlike the other training images of the class/);
    expect(one.drop.size).toBe(0);
    const many = await examine({
      ...(await clean()),
      ...Object.fromEntries(await Promise.all([0, 1, 2].map(async (i) => [`a/train/good/e${i}.png`, await png(96, 96, 60 + i)] as const))),
    });
    expect(told(many)).toMatch(/ {2}a: 3 files .* of a second kind/);
  });

  it("finds broken files, other colours, shapes and depths", async () => {
    const found = await examine({
      ...(await clean()),
      "a/train/good/cut.png": (await part(30)).subarray(0, 700),
      "a/train/good/red.png": await part(31, "png", 40),
      "a/train/good/wide.png": await sharp(await part(32))
        .resize(192, 96, { fit: "fill" })
        .png()
        .toBuffer(),
      "a/train/good/small.png": await sharp(await part(33))
        .resize(48, 48)
        .png()
        .toBuffer(),
      "a/train/good/deep.png": await sharp(await part(34))
        .toColourspace("rgb16")
        .png()
        .toBuffer(),
    });
    expect(told(found)).toMatch(/! a\/train\/good\/cut.png: cannot be used: .*truncated/);
    expect(told(found)).toMatch(/! a: 1 file \(a\/train\/good\/red.png\) coloured among grey ones/);
    expect(told(found)).toMatch(/ {2}a: 1 file \(a\/train\/good\/wide.png\) with another aspect ratio than most/);
    expect(told(found)).toMatch(/ {2}a: 1 file \(a\/train\/good\/small.png\) with a side of fewer than 64 pixels/);
    expect(told(found)).toMatch(/ {2}a: 1 file \(a\/train\/good\/deep.png\) with 16 bits/);
    expect([...found.drop]).toEqual([["a/train/good/cut.png", "it cannot be read"]]);
  });

  it("finds masks that mark nothing or all, have another size or cannot be read", async () => {
    const found = await examine({
      ...(await clean()),
      "a/ground_truth/cut/000_mask.png": await png(96, 96, 0),
      "a/ground_truth/cut/001_mask.png": await png(96, 96, 255),
      "a/ground_truth/cut/002_mask.png": await png(96, 95, 255),
      "a/ground_truth/cut/003_mask.png": "text",
    });
    expect(told(found)).toMatch(/! a: 1 file \(a\/test\/cut\/000.png\) whose mask marks nothing/);
    expect(told(found)).toMatch(/! a: 1 file \(a\/test\/cut\/001.png\) whose mask marks more than half of the image, 100 % on average/);
    expect(told(found)).toMatch(/! a\/test\/cut\/002.png: its mask cannot be used: .*96x95/);
    expect(told(found)).toMatch(/! a\/test\/cut\/003.png: its mask cannot be used: .*text file/);
  });

  it("names masks with soft edges, of the alpha channel and turned, and many unusable ones in a line", async () => {
    const ramp = Uint8Array.from({ length: 96 * 96 }, (_, i) => (i % 96 < 30 ? 0 : Math.min(255, 2 * (i % 96))));
    const brush = Uint8Array.from({ length: 4 * 96 * 96 }, (_, i) => (i % 4 === 3 && i < 9000 ? 255 : 0));
    const upright = await sharp(await png(96, 96, 0)).toBuffer();
    const found = await examine({
      ...(await clean()),
      "a/test/cut/turned.jpg": await sharp(await part(900))
        .jpeg()
        .withMetadata({ orientation: 3 })
        .toBuffer(),
      "a/ground_truth/cut/turned_mask.png": await sharp(upright)
        .composite([{ input: Buffer.from(await png(10, 10, 255)), left: 0, top: 0 }])
        .png()
        .toBuffer(),
      "a/ground_truth/cut/000_mask.png": await sharp(ramp, { raw: { width: 96, height: 96, channels: 1 } })
        .png()
        .toBuffer(),
      "a/ground_truth/cut/001_mask.png": await sharp(brush, { raw: { width: 96, height: 96, channels: 4 } })
        .png()
        .toBuffer(),
      ...Object.fromEntries(
        await Promise.all([9, 8, 7, 6].map(async (i) => [`a/ground_truth/cut/00${i}_mask.png`, await png(96, 95, 255)] as const)),
      ),
    });
    expect(told(found)).toMatch(/ {2}a: 1 file \(a\/test\/cut\/000.png\) whose mask has soft edges; a pixel counts as defect from half/);
    expect(told(found)).toMatch(/ {2}a: 1 file \(a\/test\/cut\/001.png\) whose mask is read from the alpha channel/);
    expect(told(found)).toMatch(/! a: 1 file \(a\/test\/cut\/turned.jpg\) whose mask has another EXIF orientation/);
    expect(told(found)).toMatch(
      /! a: 4 files \(a\/test\/cut\/006.png, .*007.png, .*008.png, ...\) whose masks cannot be used, all for one reason. The first: .*96x95/,
    );
  });

  it("compares images of 12 bits as a training sees them", async () => {
    const twelve = async (seed: number) => {
      const { data } = await sharp(await part(seed))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const deep = Uint16Array.from(data, (value, i) => value * 16 + (i === 0 ? 4095 - value * 16 : 0));
      return sharp(deep, { raw: { width: 96, height: 96, channels: 1 } })
        .toColourspace("grey16")
        .png()
        .toBuffer();
    };
    const all = async (folder: string, from: number, count: number) =>
      Object.fromEntries(
        await Promise.all(Array.from({ length: count }, async (_, i) => [`${folder}/${i}.png`, await twelve(from + i)] as const)),
      );
    const bright = await sharp(new Uint16Array(96 * 96).fill(4096), { raw: { width: 96, height: 96, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const dataset = await scanDataset(
      await makeFolder({ ...(await all("a/train/good", 0, 10)), ...(await all("a/test/good", 100, 3)), "a/test/dent/0.png": bright }),
    );
    expect(told(await examineDataset(dataset))).toMatch(
      /! a: 1 file \(a\/test\/dent\/0\.png\) with values above 4095, the range of the training images; they become white/,
    );
    const { images } = await surveyImages(dataset);
    expect(Math.max(...images[0]!.small)).toBeGreaterThan(100 * 256);
    const picture = await thumbnail(dataset.classes[0]!.train[0]!.file, 96);
    const { data } = await sharp(Buffer.from(picture.slice(picture.indexOf(",") + 1), "base64"))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Math.max(...data)).toBeGreaterThan(100);
  });

  it.each([
    [2, /! a: 2 images to train on: too few/],
    [6, /! a: 6 images to train on: expect false alarms; .* cannot promise a false-alarm rate below 14 %/],
    [99, / {2}a: 99 images to train on: limits from this many images cannot promise a false-alarm rate below 1\.0 %/],
  ])("says what to expect of %i images", async (count, message) => {
    const found = await examine(await parts("a/train/good", 0, count));
    expect(told(found)).toMatch(message);
    expect(told(found)).toMatch(/ {2}a: no test images/);
  });

  it("says when a test lacks one side", async () => {
    const found = await examine({ ...(await parts("a/train/good", 0, 12)), ...(await parts("a/test/cut", 100, 3)) });
    expect(told(found)).toMatch(/! a: no good test images; AUROC and similar metrics need both/);
  });
});

describe("writeCleanList", () => {
  it("leaves out what was found, says why, and is a protocol", async () => {
    const { dataset, drop } = await examine({ ...(await clean()), "a/test/good/same.png": await part(3) });
    const list = join(await makeFolder({}), "clean.txt");
    expect(await writeCleanList(list, dataset, drop)).toBe(1);
    expect(await readFile(list, "utf8")).toContain(
      "# left out: a/train/good/003.png (the same file as a/test/good/same.png, which is a test image)",
    );
    const split = await longTail(dataset, { protocol: list });
    expect(split.classes.map(({ train }) => train.length)).toEqual([13]);
    expect(await writeCleanList(list, dataset, new Map())).toBe(0);
  });

  it("never writes over another file, and leaves no class empty", async () => {
    const root = await makeFolder({ "a/train/good/0.png": null });
    const dataset = await scanDataset(root);
    const image = join(root, "a/train/good/0.png");
    const before = await readFile(image);
    await expect(writeCleanList(image, dataset, new Map())).rejects.toMatchObject({ code: "LTAD_WRITE" });
    expect(await readFile(image)).toEqual(before);
    await expect(writeCleanList(join(root, "list.txt"), dataset, new Map([["a/train/good/0.png", "x"]]))).rejects.toThrow(
      /no training image would be left/,
    );
  });
});
