import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readScores } from "./read-scores.js";

async function read(content: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "ltad-scores-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "scores.csv");
  await writeFile(file, content);
  const remarks: string[] = [];
  const classes = await readScores(file, { onRemark: (remark) => remarks.push(remark.slice(file.length + 2)) });
  const rows = [...classes].flatMap(([name, { test }]) =>
    test.images.map(({ name: image, score, anomaly }) => [name, image, score, anomaly]),
  );
  return { rows, remarks };
}
const expected = [
  ["nut", "a.png", 0.5, false],
  ["nut", "b.png", 1234.25, true],
];
const plain = "image,class,score,label\na.png,nut,0.5,0\nb.png,nut,1234.25,1\n";

describe("one table, as different programs write it", () => {
  it.each<[string, string | Uint8Array]>([
    ["with commas", plain],
    ["with an index in front, as pandas writes it", ",image,class,score,label\n0,a.png,nut,0.5,0\n1,b.png,nut,1234.25,1\n"],
    ["with labels 0.0 and 1.0", "image,class,score,label\na.png,nut,0.5,0.0\nb.png,nut,1234.25,1.0\n"],
    ["with labels False and True", "image,class,score,label\na.png,nut,0.5,False\nb.png,nut,1234.25,True\n"],
    ["with tabs", plain.replaceAll(",", "\t")],
    ["with bars and spaces", plain.replaceAll(",", " | ")],
    ["by a German Excel", "image;class;score;label\r\na.png;nut;0,5;0\r\nb.png;nut;1234,25;1\r\n"],
    ["by a German Excel with thousands and decimal labels", "image;class;score;label\na.png;nut;0,5;0,0\nb.png;nut;1.234,25;1,0\n"],
    ["by an English Excel with thousands", 'image,class,score,label\na.png,nut,0.5,0\nb.png,nut,"1,234.25",1\n'],
    ["by a French one, with spaces", "image;class;score;label\na.png;nut;0,5;0\nb.png;nut;1\u202f234,25;1\n"],
    ["by a Swiss one, with apostrophes", "image,class,score,label\na.png,nut,0.5,0\nb.png,nut,1'234.25,1\n"],
    ["with the line sep=;", "sep=;\r\nimage;class;score;label\r\na.png;nut;0,5;0\r\nb.png;nut;1234,25;1\r\n"],
    ["with the line sep=, in quotes", `"sep=,"\r\n${plain}`],
    ["with the line sep=, padded as the rows are", `SEP=,,,\r\n${plain}`],
    ["with decimal commas in quotes", 'image,class,score,label\na.png,nut,"0,5",0\nb.png,nut,"1234,25",1\n'],
    ["by PowerShell, in UTF-16", Buffer.from(`\ufeff${plain}`, "utf16le")],
    ["in UTF-8 with a mark and Windows lines", `\ufeff${plain.replaceAll("\n", "\r\n")}`],
    ["by anomalib", "image_path,category,pred_score,gt_label\na.png,nut,0.5,0\nb.png,nut,1234.25,1\n"],
  ])("%s", async (_, content) => {
    expect(await read(content)).toEqual({ rows: expected, remarks: [] });
  });

  it("in Windows-1252", async () => {
    expect((await read(Buffer.from("image;score;label\nfünf.png;0,5;0\n", "latin1"))).rows).toEqual([["all", "fünf.png", 0.5, false]]);
  });
});

it("compares names of classes composed, and reads the minus of typesetters", async () => {
  const { rows } = await read("class,score,label\nGro\u0308\u00dfe,\u22120.5,0\nGr\u00f6\u00dfe,1,1\n");
  expect(rows.map(([name, , score]) => [name, score])).toEqual([
    ["Gr\u00f6\u00dfe", -0.5],
    ["Gr\u00f6\u00dfe", 1],
  ]);
});

it("says which of two columns it reads", async () => {
  const { rows, remarks } = await read("score,label,gt_label,Score\n0.5,1,0,7\n");
  expect(rows).toEqual([["all", "line 2", 0.5, true]]);
  expect(remarks).toEqual(["the column score is read as score, not score.", "the column label is read as label, not gt_label."]);
});

it("names rows that are there twice, and counts them", async () => {
  const { rows, remarks } = await read(`${plain}b.png,nut,1234.25,1\nb.png,tile,2,1\n`);
  expect(rows).toHaveLength(4);
  expect(remarks).toEqual([
    "an image is named more than once, and every row counts: b.png of nut in lines 3 and 4. Remove the duplicate rows.",
  ]);
});

it("names classes whose names read alike", async () => {
  const { remarks } = await read("class,label,score\nbolt,0,0\nBOLT,1,1\nnut 1,0,0\nnut_1,1,1\ntile,0,0\n");
  expect(remarks).toEqual([
    expect.stringMatching(/^BOLT, bolt: these names differ only in capital letters.*each is a class of its own/),
    expect.stringMatching(/^nut 1, nut_1: these names differ only in capital letters, spaces, hyphens/),
  ]);
});

it("takes the splits in capitals", async () => {
  expect((await read("label,score,split\n0,1,Test\n0,2,Calibration\n")).rows).toEqual([["all", "line 2", 1, false]]);
});

it("takes names of defects for anomalies where others are good, and says so", async () => {
  const { rows, remarks } = await read("label,score\ngood,0\nscratch,1\nhole,2\n");
  expect(rows.map((row) => row[3])).toEqual([false, true, true]);
  expect(remarks).toEqual(["labels that are names of defects count as anomalies: scratch, hole."]);
});

it.each([
  ["a word where no label says good", "label,score\n0,0\nscratch,1\n", /line 3: the label is "scratch"/],
  ["labels of another kind", "label,score\ngood,0\n-1,1\n", /line 3: the label is "-1"/],
  ["decimal commas beside points", "label;score\n0;0.5\n1;0,25\n", /line 3: the score "0,25" has a decimal comma, and others have a point/],
  ["a comma that may be of thousands or of decimals", 'label,score\n0,987\n1,"1,234"\n', /line 3: the score "1,234" is 1\.234 or 1234/],
  [
    "an empty class where others have one",
    "class,label,score\nnut,0,0\n,1,1\n ,0,2\n",
    /line 3: the class is empty.*; line 4: the class is empty/,
  ],
  [
    "decimal commas between commas",
    "class,label,score\nnut,0,0,5\n",
    /line 2 has 4 columns, and the header has 3\. If its numbers have decimal commas.*semicolons/,
  ],
  [
    "a row that is too short, by its line in the file",
    "sep=;\nclass;label;score\nnut;0\n",
    /line 3 has 2 columns, and the header has 3\.$/,
  ],
  ["every faulty line", "label,score\n0,x\n1,\n2,3\n", /line 2: .*"x".*; line 3: the score is "".*; line 4: the label is "2"/],
])("refuses %s", async (_, content, message) => {
  await expect(read(content)).rejects.toMatchObject({ code: "LTAD_DATA" });
  await expect(read(content)).rejects.toThrow(message);
});
