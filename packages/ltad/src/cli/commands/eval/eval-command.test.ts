import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { trainImagesFile } from "@ltad/evaluate";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";
import type { Evaluation } from "@ltad/evaluate";

const classes = { tile: { train: 2, good: 3, defect: 2 }, nut: { train: 1, good: 2, defect: 2 }, screw: { train: 1, good: 1, defect: 1 } };
let [root, data] = ["", ""];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-eval-"));
  data = await tinyDataset(join(root, "data"), classes);
});

async function model(...names: string[]): Promise<string> {
  return brightnessBundle(join(await temporaryFolder(), "model"), names);
}

const cache = () => ["--cache-dir", join(root, "cache")];

it("prints one JSON object with every key that programs rely on, and nothing else", async () => {
  const folder = await model("screw", "tile", "nut");
  const { code, stdout } = await ltad("eval", folder, data, "--json", "--quiet", ...cache());
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const found = JSON.parse(stdout) as Evaluation;
  const keys = ["protocol", "seed", "counts", "summary", "classes", "timing"];
  const more = ["order", "worst", "pooled", "pooled_bounds", "test_counts", "pooled_counts", "intervals", "reasons", "mean_reasons"];
  expect(Object.keys(found)).toEqual([...keys, ...more]);
  expect(found).toMatchObject({ protocol: "exp4", seed: 5, counts: { screw: 8, tile: 4, nut: 2 } });
  for (const name of Object.keys(classes)) {
    expect(found.classes[name]?.image_auroc).toBe(1); // the bright square is brighter than any noise
    expect(found.classes[name]?.pixel_auroc).toBeGreaterThan(0.9);
  }
  const mean = (...names: string[]) => names.reduce((sum, name) => sum + (found.classes[name]?.pixel_auroc ?? 0), 0) / names.length;
  expect(found.summary.high.pixel_auroc).toBeCloseTo(mean("screw", "tile"), 12);
  expect(found.summary.low.pixel_auroc).toBeCloseTo(mean("nut"), 12);
  expect(found.summary.avg.pixel_auroc).toBeCloseTo(mean("screw", "tile", "nut"), 12);
  expect(JSON.parse(await readFile(join(folder, "metrics.json"), "utf8"))).toEqual(found);
  const rows = (await readFile(join(folder, "metrics.csv"), "utf8")).split("\n");
  expect(rows.find((row) => row.startsWith("tile,class,4,3,2,2,1,"))).toBeDefined();
  expect(found.test_counts["tile"]).toMatchObject({ good: 3, defective: 2, regions: 2 });
  expect(found.summary.avg).toMatchObject({ image_ap: 1, image_f1max: 1, "aupro_0.3": expect.any(Number), mad: expect.any(Number) });
  expect(found.intervals.image_auroc.avg).toEqual({ low: 1, high: 1 });
});

it("encodes every image once", async () => {
  const cacheDir = join(await temporaryFolder(), "cache");
  const first = await ltad("eval", await model("tile"), data, "--json", "--cache-dir", cacheDir);
  expect(first.stderr).toMatch(/encode .*5 images/);
  const times = async () => {
    const files = (await readdir(join(cacheDir, "features"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    return Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs));
  };
  const before = await times();
  expect(before).toHaveLength(5);
  const second = await ltad("eval", await model("tile"), data, "--json", "--cache-dir", cacheDir);
  expect(await times()).toEqual(before);
  const strip = (text: string) => ({ ...(JSON.parse(text) as Evaluation), timing: {} });
  expect(strip(second.stdout)).toEqual(strip(first.stdout));
});

it("writes a report that stands alone", async () => {
  const folder = await model("tile", "nut");
  const { code, stdout, stderr } = await ltad("eval", folder, data, "--report", "--all", ...cache());
  expect(code).toBe(0);
  expect(stdout).toMatch(/^images +trained on +good +defective +threshold +AUROC +AP +F1-max +acc\. there +FPR@95TPR +PG2 +PB2$/m);
  expect(stdout).toMatch(/^tile +8 +3 +2 +\S+ +100\.0 +100\.0 +100\.0 +100\.0 +0\.0 +100\.0 +100\.0$/m);
  expect(stdout).toMatch(/^Avg +100\.0 +100\.0 +100\.0 +100\.0 +0\.0 +100\.0 +100\.0$/m);
  expect(stdout).toMatch(/^pixels +regions +threshold +AUROC +AP +F1-max +IoU-max +FPR@95TPR +AUPRO@0\.3 +@0\.05 +@0\.01 +AUPIMO +mAD$/m);
  expect(stdout).toMatch(/^Pooled +4 +\S+ +9\d\.\d( +\S+){9}$/m);
  expect(stderr).toMatch(/screw: the model was not trained on this class; excluded/);
  const page = await readFile(join(folder, "report.html"), "utf8");
  expect(page.match(/<figure class="picture">/g)).toHaveLength(8);
  expect(page.match(/class="outline"/g)).toHaveLength(4);
  expect(page).toContain("nut was trained on 4 images".slice(0, 3));
  expect(page).toContain("tile/test/spot/1.png");
  expect(page).not.toMatch(/https?:/);
});

it("can test with predicted classes", async () => {
  const { code, stdout } = await ltad("eval", await model("tile", "nut"), data, "--class", "predicted", "--json", ...cache());
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Evaluation).classes["nut"]?.image_auroc).toBe(1);
});

it("says which number cannot be had, and means the rest", async () => {
  const folder = await tinyDataset(await temporaryFolder(), {
    tile: { train: 1, good: 0, defect: 2 },
    nut: { train: 1, good: 2, defect: 1 },
  });
  await rm(join(folder, "nut/ground_truth"), { recursive: true });
  const { code, stdout, stderr } = await ltad("eval", await model("tile", "nut"), folder, "--json", ...cache());
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Evaluation).classes).toMatchObject({
    tile: { image_auroc: null },
    nut: { image_auroc: 1, pixel_auroc: null },
  });
  expect((JSON.parse(stdout) as Evaluation).summary).toMatchObject({ avg: { image_auroc: 1 }, high: { image_auroc: null } });
  expect(stderr).toMatch(/tile: no image AUROC/);
  expect(stderr).toMatch(/nut: no pixel AUROC/);
});

it("needs no training images", async () => {
  const folder = await tinyDataset(await temporaryFolder(), { tile: classes.tile });
  await rm(join(folder, "tile/train"), { recursive: true });
  const bundle = await model("tile");
  await writeFile(join(bundle, trainImagesFile), "tile/train/good/0.png\n");
  const { code, stdout, stderr } = await ltad("eval", bundle, folder, "--json", ...cache());
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ classes: { tile: { image_auroc: 1 } } });
  expect(stdout).not.toContain("calibration");
  expect(stderr).toMatch(/False-alarm rates are not tested: the data set has no good images besides those to test on/);
});

it("refuses a data set the model knows nothing of", async () => {
  const { code, stdout, stderr } = await ltad("eval", await model("bolt"), data, "--json", ...cache());
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/no class to evaluate\. The model knows bolt; the data set has/);
});

/** Writes the list of a model that was trained on the first images of each class. */
const listed = async (folder: string, counts: Readonly<Record<string, number>>) => {
  const images = Object.entries(counts).flatMap(([name, n]) => Array.from({ length: n }, (_, i) => `${name}/train/good/${i}.png`));
  await writeFile(join(folder, trainImagesFile), images.join("\n"));
};

it("tests false-alarm rates with good images that the training left out", async () => {
  const root = await tinyDataset(await temporaryFolder(), {
    tile: { train: 30, good: 10, defect: 2 },
    nut: { train: 5, good: 2, defect: 1 },
  });
  const folder = await model("tile", "nut");
  await listed(folder, { tile: 8, nut: 4 });
  const { code, stdout } = await ltad("eval", folder, root, "--json", ...cache());
  expect(code).toBe(0);
  const { calibration, classes: measured } = JSON.parse(stdout) as Evaluation;
  expect(calibration).toMatchObject({ tile: { calibrationImages: 22 }, nut: { calibrationImages: 1 } });
  const [tenth, twentieth] = calibration?.["tile"]?.rates ?? [];
  expect(tenth?.threshold).toBeLessThan(measured["tile"]!["image_f1max_threshold"]!); // below every defect
  expect(tenth?.observed.value).toBeLessThanOrEqual(0.5);
  expect(twentieth).toMatchObject({ threshold: expect.any(Number), images: 10 });
  expect(calibration?.["tile"]?.rates[2]?.observed.reason).toBe("a rate of 0.02 needs 49 calibration images, but there are only 22");
  const [head = "", tile = ""] = (await readFile(join(folder, "metrics.csv"), "utf8")).split("\n");
  expect(tile.split(",")[head.split(",").indexOf("false_alarm_threshold_0.1")]).toBe(String(tenth?.threshold));
  const shown = await ltad("eval", folder, root, "--report", "--all", ...cache());
  expect(shown.stdout).toMatch(/^tile +22 +10 +\S+ \(> \S+\) +\S+ \(> \S+\) +– +– +\S+$/m);
  expect(shown.stdout).toMatch(/^All +23 +12 +\S+ \(of 10\) +\S+ \(of 10\) +– +–$/m);
  expect(await readFile(join(folder, "report.html"), "utf8")).toContain("<h2>False alarms</h2>");
});

it.each([
  ["nothing was left out", { tile: 8, nut: 4 }, /the training used every good image/],
  ["the data set is another", { tile: 9, nut: 4 }, /line 9: .*8\.png.* is not a training image of the data set/],
  ["the list is of another model", { tile: 7, nut: 4 }, /train-images\.txt does not belong to this model/],
])("tests no false-alarm rates when %s", async (_, counts, why) => {
  const root = await tinyDataset(await temporaryFolder(), {
    tile: { train: 8, good: 1, defect: 1 },
    nut: { train: 4, good: 1, defect: 1 },
  });
  const folder = await model("tile", "nut");
  await listed(folder, counts);
  const { code, stdout, stderr } = await ltad("eval", folder, root, "--json", ...cache());
  expect(code).toBe(0);
  expect(stderr).toMatch(why);
  expect(JSON.parse(stdout)).not.toHaveProperty("calibration");
});

/** A data set with a bad test image and a bad mask. */
async function withBadFiles(): Promise<string> {
  const folder = await tinyDataset(await temporaryFolder(), { tile: { train: 1, good: 2, defect: 3 } });
  await writeFile(join(folder, "tile/test/good/0.png"), "no image");
  await writeFile(join(folder, "tile/test/spot/1.png"), (await readFile(join(folder, "tile/test/spot/1.png"))).subarray(0, -40));
  await writeFile(join(folder, "tile/ground_truth/spot/2_mask.png"), "no image");
  return folder;
}

it("names every bad image and mask in one run, before the first is encoded", async () => {
  const cacheDir = join(await temporaryFolder(), "cache");
  const { code, stdout, stderr } = await ltad("eval", await model("tile"), await withBadFiles(), "--cache-dir", cacheDir);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(
    /3 files cannot be used:\n.*good\/0\.png: this is a text file.*\n.*spot\/1\.png: this PNG is damaged.*\n.*2_mask\.png: .*\n/,
  );
  expect(stderr).toContain("--skip-bad");
  await expect(readdir(join(cacheDir, "features"))).rejects.toThrow(/ENOENT/);
});

it("goes on without them with --skip-bad, and says so on the terminal and in the report", async () => {
  const folder = await model("tile");
  const { code, stdout, stderr } = await ltad("eval", folder, await withBadFiles(), "--skip-bad", "--report", "--json", ...cache());
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Evaluation).test_counts["tile"]).toMatchObject({ good: 1, defective: 2, regions: 1 });
  const page = await readFile(join(folder, "report.html"), "utf8");
  for (const said of [stderr, page])
    expect(said).toMatch(/3 files skipped because of --skip-bad: .*good\/0\.png.*spot\/1\.png.*2_mask\.png/);
});

it("says what is odd about masks, and keeps a defect that is smaller than a pixel of the comparison", async () => {
  const [folder, set] = [await model("tile", "nut"), await tinyDataset(await temporaryFolder(), classes)];
  const mask = async (path: string, change: (v: number, x: number) => number) => {
    const { data: pixels, info } = await sharp(join(set, path)).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    const changed = pixels.map((v, i) => change(v, i % info.width));
    await sharp(changed, { raw: { width: info.width, height: info.height, channels: 1 } })
      .png()
      .toFile(join(set, path));
  };
  for (const k of [0, 1]) await mask(`tile/ground_truth/spot/${k}_mask.png`, (v) => 255 - v); // inverted
  await mask("nut/ground_truth/spot/0_mask.png", () => 0); // black
  await mask("nut/ground_truth/spot/1_mask.png", (v, x) => (x === 12 ? v : 0)); // 40 columns become 32, and this is left out
  const { stdout, stderr } = await ltad("eval", folder, set, "--json", "--report", ...cache());
  const page = await readFile(join(folder, "report.html"), "utf8");
  for (const said of [stderr, page]) {
    expect(said).toMatch(/tile: 2 of 2 masks mark more than half of the image, 95 % on average/);
    expect(said).toMatch(/nut: 1 of 2 masks marks nothing, .*nut\/test\/spot\/0\.png/);
    expect(said).toMatch(/nut: 1 of 2 masks has 1 region that would vanish at the size of the comparison/);
  }
  expect((JSON.parse(stdout) as Evaluation).test_counts["nut"]).toMatchObject({ defective: 2, regions: 1 });
});

it("writes the score of every image, which metrics reads back to the same numbers", async () => {
  const [folder, out] = [await model("tile", "nut"), await temporaryFolder()];
  const { code, stdout } = await ltad("eval", folder, data, "--out", out, "--json", "--quiet", ...cache());
  expect(code).toBe(0);
  expect((await readdir(out)).sort()).toEqual(["metrics.csv", "metrics.json", "scores.csv"]);
  await expect(readFile(join(folder, "metrics.json"))).rejects.toThrow(/ENOENT/);
  const [head, ...rows] = (await readFile(join(out, "scores.csv"), "utf8")).trimEnd().split("\n");
  expect(head).toBe("image,class,label,score,split,defect,predicted");
  expect(rows).toHaveLength(9);
  expect(rows[0]).toMatch(/^tile\/test\/good\/0\.png,tile,0,0\.\d+,test,good,tile$/);
  const again = await ltad("metrics", join(out, "scores.csv"), "--json", "--quiet");
  const images = ({ classes: measured }: Evaluation) =>
    Object.entries(measured).map(([name, m]) => [name, Object.entries(m).filter(([key]) => key.startsWith("image_"))]);
  expect(images(JSON.parse(again.stdout) as Evaluation)).toEqual(images(JSON.parse(stdout) as Evaluation));
});

it("refuses a place that cannot take the result before it opens the model", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const { code, stdout, stderr } = await ltad("eval", "no-model", data, "--out", file, ...cache());
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/LTAD_WRITE .*file: this is a file, not a folder/);
});

it("prints the numbers before it writes them, so that none is lost", async () => {
  const folder = await model("tile");
  await mkdir(join(folder, "metrics.json")); // a file cannot be written there
  const { code, stdout, stderr } = await ltad("eval", folder, data, ...cache());
  expect(code).toBe(3);
  expect(stdout).toMatch(/^tile +100\.0 /m);
  expect(stderr).toMatch(/LTAD_WRITE .*metrics\.json/);
});
