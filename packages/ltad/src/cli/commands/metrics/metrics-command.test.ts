import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRng } from "@ltad/core";
import sharp from "sharp";
import { expect, it } from "vitest";
import type { SetMeasures } from "@ltad/evaluate";
import { npyBytes } from "@ltad/evaluate/testing";
import { ltad, temporaryFolder } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";

const csv = `image,class,label,score
n0.png,nut,0,0.1
n1.png,nut,0,0.4
n2.png,nut,1,0.35
n3.png,nut,1,0.8
"t,0.png",tile,good,1
t1.png,tile,anomaly,2
`;

async function written(text: string, name = "scores.csv"): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

it("measures a score file: one line of JSON, and files with --out", async () => {
  const out = await temporaryFolder();
  const { code, stdout, stderr } = await ltad("metrics", await written(csv), "--order", "tile,nut", "--json", "--out", out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const found = JSON.parse(stdout) as SetMeasures;
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(found).toMatchObject({
    source: "scores.csv",
    classes: { tile: { image_auroc: 1 }, nut: { image_auroc: 0.75, image_f1max: 0.8, image_f1max_threshold: 0.35 } },
    summary: { avg: { image_auroc: 0.875 }, high: { image_auroc: 1 }, low: { image_auroc: 0.75 } },
    worst: { image_auroc: { class: "nut", value: 0.75 }, image_fpr_at_95_tpr: { class: "nut", value: 0.5 } },
    pooled: { image_auroc: 6 / 9 },
    test_counts: { nut: { good: 2, defective: 2 }, tile: { good: 1, defective: 1 } },
    pooled_counts: { good: 3, defective: 3 },
  });
  expect(Object.keys(found.pooled).filter((name) => !name.startsWith("image"))).toEqual([]);
  expect(JSON.parse(await readFile(join(out, "metrics.json"), "utf8"))).toEqual(found);
  const rows = (await readFile(join(out, "metrics.csv"), "utf8")).trimEnd().split("\n");
  expect(rows[0]).toMatch(/^name,kind,trained,good,defective,regions,image_auroc,image_ap,/);
  expect(rows.slice(1).map((row) => row.split(",").slice(0, 7).join(","))).toEqual([
    "tile,class,,1,1,0,1",
    "nut,class,,2,2,0,0.75",
    "Avg,mean,,,,,0.875",
    "High,mean,,,,,1",
    "Low,mean,,,,,0.75",
    `Pooled,pooled,,3,3,0,${6 / 9}`,
  ]);
});

it("prints a table for people, with the accuracy at a threshold", async () => {
  const { stdout, stderr } = await ltad("metrics", await written(csv), "--threshold", "0.5");
  expect(stdout).toMatch(/^images +good +defective +threshold +AUROC/m);
  expect(stdout).toMatch(/^nut +2 +2 +0\.35 +75\.0 +83\.3 +80\.0 +75\.0 +50\.0 +50\.0 +50\.0$/m);
  expect(stdout).toMatch(/^at 0\.5 +accuracy\nnut +75\.0\ntile +50\.0$/m);
  expect(stdout).toMatch(/Image AUROC with 95 % bootstrap intervals .*Avg 87\.5 \(\d/);
  expect(stderr).toMatch(/High and Low are the halves of the classes in the given order/);
});

it("says which classes a mean does without", async () => {
  const { stdout } = await ltad("metrics", await written(`${csv}b.png,bolt,0,1\n`), "--quiet");
  expect(stdout).toMatch(/^Means without bolt: image_auroc, image_ap, .*image_pb_2$/m);
  expect(stdout).toMatch(/^bolt +1 +0( +–){7}$/m);
});

it("tests the calibration of stated false-alarm rates", async () => {
  const rng = createRng(4);
  const line = (split: string, label: number) => `${split},${label},${rng.normal() + 3 * label}`;
  const lines = [...Array(300).keys()].map((i) => line(i < 200 ? "calibration" : "test", i >= 200 && i % 2 === 0 ? 1 : 0));
  const { stdout } = await ltad("metrics", await written(["split,label,score", ...lines].join("\n")), "--json");
  const { calibration, test_counts } = JSON.parse(stdout) as {
    calibration: Record<string, { rates: { stated: number; observed: { value: number } }[] }>;
    test_counts: unknown;
  };
  expect(test_counts).toMatchObject({ all: { good: 50, defective: 50 } });
  for (const { stated, observed } of calibration["all"]?.rates ?? []) expect(Math.abs(observed.value - stated)).toBeLessThan(0.1);
  expect(calibration["all"]?.rates).toHaveLength(4);
});

it("says when good images score higher than defective ones", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `${i % 2},${i % 2 === 1 ? -i : i}`);
  const turned = await ltad("metrics", await written(["label,score", ...lines].join("\n")));
  expect(turned.stderr).toMatch(
    /all: good images score higher than defective ones \(AUROC 0\.0 %\).*the sign of the scores, or swap the labels/,
  );
  expect((await ltad("metrics", await written(csv))).stderr).not.toContain("score higher");
});

it("prints the numbers although they cannot be written, and says before the work that a folder is none", async () => {
  const file = await written("x", "taken");
  const { code, stdout, stderr } = await ltad("metrics", await written(csv), "--out", file);
  expect([code, stdout, stderr]).toEqual([3, "", expect.stringMatching(/this is a file, not a folder/)]);
});

it("compares two detectors on the same images", async () => {
  const rng = createRng(2);
  const labels = [...Array(80).keys()].map((i) => i % 2);
  const file = (gain: number) =>
    ["image,label,score", ...labels.map((label, i) => `${i}.png,${label},${rng.normal() + gain * label}`)].join("\n");
  const [weak, strong] = [await written(file(0.3)), await written(file(3))];
  const { stdout } = await ltad("metrics", weak, "--compare", strong, "--json");
  const { comparison } = JSON.parse(stdout) as { comparison: Record<string, { difference: number; pValue: number }> };
  expect(comparison["all"]?.difference).toBeGreaterThan(0.2);
  expect(comparison["all"]?.pValue).toBeLessThan(1e-4);
  expect((await ltad("metrics", weak, "--compare", strong)).stdout).toMatch(/^image AUROC +first +other +difference +95 % interval +p$/m);
  const other = await written("image,label,score\n0.png,0,1\n");
  expect(await ltad("metrics", weak, "--compare", other)).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringContaining("1.png is missing"),
  });
});

it.each([
  ["no score column", "image,label\na,0\n", /columns score and label/],
  ["a score that is not a number", "label,score\n0,1\n1,NaN\n", /line 3: the score is "NaN"/],
  ["an empty score", "label,score\n0,\n", /line 2: the score is ""/],
  ["a strange label", "label,score\nmaybe,1\n", /line 2: the label is "maybe"/],
  ["a row of another length", "label,score\n0\n", /not a readable CSV/],
  ["nothing but a header", "label,score\n", /no line below the header/],
  ["an anomaly in the calibration", "label,score,split\n1,2,calibration\n", /must be good/],
  ["an unknown split", "label,score,split\n1,2,train\n", /expected the split test or calibration/],
])("refuses a score file with %s, by file and line", async (_, text, message) => {
  const { code, stdout, stderr } = await ltad("metrics", await written(text));
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).toContain("scores.csv");
});

it("refuses wrong use", async () => {
  const file = await written(csv);
  expect(await ltad("metrics", file, "--order", "tile")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("each of nut, tile once"),
  });
  expect(await ltad("metrics", file, "--data", "x")).toMatchObject({ code: 2 });
  expect(await ltad("metrics", await temporaryFolder())).toMatchObject({ code: 2, stderr: expect.stringContaining("--data DATA") });
  expect(await ltad("metrics", "/nowhere.csv")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("/nowhere.csv: there is no such file"),
  });
});

/** Maps of another size than the images: bright where the square of a defect is. Images are 40 x 32, squares 8 x 8 from (8 + k, 8) on. */
async function mapsOf(classes: Record<string, { good: number; defect: number }>): Promise<string> {
  const folder = await temporaryFolder();
  const write = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  for (const [name, { good, defect }] of Object.entries(classes)) {
    for (let i = 0; i < good; i++) await write(`${name}/test/good/${i}.npy`, npyBytes([16, 20], new Float32Array(320).fill(0.1 + i / 100)));
    for (let k = 0; k < defect; k++) {
      const map = Uint8Array.from({ length: 320 }, (_, i) =>
        Math.floor(i / 20) >= 4 && Math.floor(i / 20) < 8 && i % 20 >= 4 && i % 20 < 8 ? 200 : 0,
      );
      const grey = { raw: { width: 20, height: 16, channels: 1 } } as const;
      await write(`${name}/test/spot/${k}.png`, new Uint8Array(await sharp(map, grey).png().toBuffer()));
    }
  }
  return folder;
}

it("measures a folder of maps against the masks of a data set", async () => {
  const classes = { nut: { train: 1, good: 2, defect: 1 }, tile: { train: 1, good: 1, defect: 2 } };
  const [data, maps] = [await tinyDataset(await temporaryFolder(), classes), await mapsOf(classes)];
  const { code, stdout, stderr } = await ltad("metrics", maps, "--data", data, "--json", "--quiet");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const found = JSON.parse(stdout) as SetMeasures;
  expect(found.classes["nut"]).toMatchObject({ image_auroc: 1, pixel_auroc: 1, "aupro_0.3": 1 }); // the map's square is the mask
  expect(found.classes["tile"]?.["aupro_0.3"]).toBeLessThan(1); // the second square is moved by a pixel
  expect(found.classes["tile"]?.["mad"]).toBeGreaterThan(0.9);
  expect(found.test_counts["tile"]).toEqual({ good: 1, defective: 2, regions: 2, defect_pixels: 128, good_pixels: 3 * 40 * 32 - 128 });
  expect(found.pooled_bounds["pixel_auroc"]?.low).toBeLessThanOrEqual(found.pooled["pixel_auroc"] ?? 0);
  expect(found.reasons["nut"]?.["aupimo_1e-5_1e-4"]).toMatch(/more good pixels/);
});

it("names the image whose map is missing, and the map that holds NaN", async () => {
  const classes = { nut: { train: 1, good: 2, defect: 1 } };
  const [data, maps] = [await tinyDataset(await temporaryFolder(), classes), await mapsOf(classes)];
  await writeFile(join(maps, "nut/test/good/1.npy"), npyBytes([16, 20], new Float32Array(320).fill(Number.NaN)));
  expect(await ltad("metrics", maps, "--data", data)).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringMatching(/nut.test.good.1\.npy: this map holds NaN/),
  });
  await rm(join(maps, "nut/test/good/1.npy"));
  expect(await ltad("metrics", maps, "--data", data)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/nut\/test\/good\/1\.png: expected its map as .*1\.npy, \.tiff or \.png; there is no such file/),
  });
});

it("needs no training images", async () => {
  const classes = { nut: { train: 1, good: 2, defect: 1 } };
  const [data, maps] = [await tinyDataset(await temporaryFolder(), classes), await mapsOf(classes)];
  await rm(join(data, "nut/train"), { recursive: true });
  const { code, stdout, stderr } = await ltad("metrics", maps, "--data", data, "--json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ classes: { nut: { image_auroc: 1 } } });
  expect(stderr).toMatch(/0 good images to train on, 2 good and 1 defective to test on/);
});

it("warns of maps that are not used, before the numbers", async () => {
  const classes = { nut: { train: 1, good: 2, defect: 1 } };
  const [data, maps] = [await tinyDataset(await temporaryFolder(), classes), await mapsOf(classes)];
  await writeFile(join(maps, "nut/test/good/zzz.npy"), npyBytes([16, 20], new Float32Array(320)));
  const { code, stderr } = await ltad("metrics", maps, "--data", data, "--json");
  expect([code, stderr]).toEqual([0, expect.stringMatching(/warning .*1 map is of no test image and is not used: nut.test.good.zzz\.npy/)]);
});

it("names classes of a score file whose names read alike", async () => {
  const { stderr } = await ltad("metrics", await written(csv.replace("n0.png,nut", "n0.png,NUT")));
  expect(stderr).toMatch(/warning .*scores\.csv: NUT, nut: these names differ only in capital letters/);
});

/** Names that mean something to JavaScript, to our tables or to CSV. */
const oddNames = ["Avg", "Pooled", "Worst", "constructor", "__proto__", "toString", "10", "2", "a, b", "<b>", "pooled", "avg"];

it("measures classes of any name, each under its own", async () => {
  const out = await temporaryFolder();
  // The k-th class has k + 1 good images and one defect, which scores above all but one of them.
  const rows = oddNames.flatMap((name, k) => [...Array.from({ length: k + 1 }, (_, i) => `"${name}",0,${i}`), `"${name}",1,${k - 0.5}`]);
  const file = await written(["class,label,score", ...rows].join("\n"));
  const { code, stdout, stderr } = await ltad("metrics", file, "--threshold", "0.5", "--compare", file, "--out", out, "--json", "--quiet");
  const others = stderr.split("\n").filter((line) => line !== "" && !/(?:Avg, avg|Pooled, pooled): these names differ only in/.test(line));
  expect({ code, others }).toEqual({ code: 0, others: [] });
  const found = JSON.parse(stdout) as SetMeasures & { accuracy: object; comparison: object };
  expect(found.order).toEqual(oddNames);
  for (const part of [found.classes, found.test_counts, found.accuracy, found.intervals.image_auroc.classes])
    expect(Object.keys(part).sort()).toEqual([...oddNames].sort());
  for (const [k, name] of oddNames.entries()) {
    expect(Object.entries(found.classes).find(([key]) => key === name)?.[1]["image_auroc"], name).toBeCloseTo(k / (k + 1), 12);
    expect(Object.entries(found.test_counts).find(([key]) => key === name)?.[1].good, name).toBe(k + 1);
  }
  expect(Object.keys(found.comparison)).toContain("pooled (all images)");
  const lines = (await readFile(join(out, "metrics.csv"), "utf8")).trimEnd().split("\n").slice(1);
  expect(lines.map((line) => line.replace(/^("[^"]*"|[^,]*),(\w+),,(\d*),.*$/, "$1 $2 $3"))).toEqual([
    ...oddNames.map((name, k) => `${name.includes(",") ? `"${name}"` : name} class ${k + 1}`),
    "Avg mean ",
    "High mean ",
    "Low mean ",
    `Pooled pooled ${(oddNames.length * (oddNames.length + 1)) / 2}`,
  ]);
});

it("tells the rows of classes from those of all classes in the tables", async () => {
  const rows = oddNames.flatMap((name, k) => [`"${name}",0,0`, ...Array.from({ length: k + 1 }, () => `"${name}",1,1`)]);
  const { stdout } = await ltad("metrics", await written(["class,label,score", ...rows].join("\n")));
  const names = stdout.split("\n").map((line) => line.split(/ {2,}/)[0]);
  expect(names.slice(1, 1 + oddNames.length)).toEqual(["Avg (class)", "Pooled (class)", "Worst (class)", ...oddNames.slice(3)]);
  expect(stdout).toMatch(/^Avg \(class\) +1 +1 /m);
  expect(stdout).toMatch(/^Pooled \(class\) +1 +2 /m);
  expect(stdout).toMatch(/^Avg +100\.0/m);
  expect(stdout).toMatch(/^constructor +1 +4 +1 +100\.0/m);
});

it("keeps the order of numbered classes, which objects in JSON lose", async () => {
  const rows = ["3", "1", "10", "2"].flatMap((name) => [`${name},0,0`, `${name},1,1`]);
  const { stdout } = await ltad("metrics", await written(["class,label,score", ...rows].join("\n")), "--order", "10,3,2,1", "--json");
  expect((JSON.parse(stdout) as SetMeasures).order).toEqual(["10", "3", "2", "1"]);
  const quoted = await written(`class,label,score\n"a, b",0,0\n"a, b",1,1\nc,0,0\nc,1,1\n`);
  const { stdout: json } = await ltad("metrics", quoted, "--order", '["c","a, b"]', "--json");
  expect((JSON.parse(json) as SetMeasures).order).toEqual(["c", "a, b"]);
  expect(await ltad("metrics", quoted, "--order", "[c]")).toMatchObject({ code: 2, stderr: expect.stringContaining("JSON list") });
});

it("reports a misspelt option before a missing one", async () => {
  const { code, stderr } = await ltad("train", "data", "--ouut", "model");
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/unknown option '--ouut'\n\(Did you mean --out\?\)/) });
  for (const argv of [
    ["train", "data"],
    ["data", "split", "data"],
    ["encoders", "export", "x"],
  ])
    expect(await ltad(...argv)).toMatchObject({ code: 2, stderr: expect.stringContaining("required option '--out <") });
});

it("writes no control character of a name to the terminal, takes names in any spelling, and tells near thresholds apart", async () => {
  const text =
    'class,label,score\n"a\u001b[2Jb",0,98.01\n"a\u001b[2Jb",1,98.04734\nGr\u00f6\u00dfe,0,1.001e-30\nGr\u00f6\u00dfe,1,1.0023e-30\n';
  const { code, stdout } = await ltad("metrics", await written(text), "--order", "Gro\u0308\u00dfe,a\u001b[2Jb");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^a\\u001b\[2Jb +1 +1 +98\.047 /m);
  expect(stdout).toMatch(/^Gr\u00f6\u00dfe +1 +1 +1\.0023e-30 /m);
});
