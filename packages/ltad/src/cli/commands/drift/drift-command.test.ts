import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Drift } from "@ltad/detector";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

// The score of an image is its brightness, from 0 to 1.

const decision = {
  falseAlarmRate: 0.01,
  classes: [{ good: Array.from({ length: 100 }, (_, i) => 0.45 + i / 1000), limit: null, distances: Array.from({ length: 100 }, () => 1) }],
};
let [model, images] = ["", ""];
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "ltad-drift-"));
  model = await brightnessBundle(join(root, "model"), ["tile"], { decision });
  images = join(root, "images");
  await mkdir(images);
  for (let i = 0; i < 115; i++) {
    const grey = i < 60 ? 118 + ((7 * i) % 20) : 160; // the lamp is replaced after 60 images
    const background = { r: grey, g: grey, b: grey };
    await sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toFile(join(images, `${String(i).padStart(3, "0")}.png`));
  }
});

it("finds a brighter lamp in results of predict and of watch, in JSON lines and in a table, and says since when", async () => {
  const folder = await temporaryFolder();
  const [lines, table, out] = [join(folder, "a.jsonl"), join(folder, "a.csv"), join(folder, "out")];
  await writeFile(lines, (await ltad("predict", model, images, "--json", "--csv", table)).stdout);
  const watched = await ltad("watch", images, "--model", model, "--out", out, "--once", "--overlays", "none");
  expect(watched.stderr).toMatch(/warning tile: the last 50 images differ from .* higher scores \(median 0\.6\d*, usually 0\.\d+\)/);
  const found: Drift[] = [];
  for (const log of [lines, table, join(out, "results.jsonl")]) {
    const { code, stdout, stderr } = await ltad("drift", model, log, "--fail-on-drift", "--json");
    expect([code, stderr]).toEqual([4, ""]);
    found.push(JSON.parse(stdout) as Drift);
  }
  expect(found[0]).toMatchObject({ class: "tile", total: 115, images: 50, isDrifting: true, score: { direction: "higher", above: 1 } });
  expect((found[0] as unknown as { since: string }).since).toMatch(/(?:09|10)\d\.png$/);
  expect(found.map((one) => ({ ...one, since: "" }))).toEqual([0, 1, 2].map(() => ({ ...found[0], since: "" })));
  const marked = (await readFile(join(out, "results.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { drift: boolean | null }).drift);
  expect([marked[10], marked[59], marked.at(-1)]).toEqual([null, false, true]);
});

it("finds nothing in images like the good ones, and says it when there are too few", async () => {
  const [folder, files] = [
    await temporaryFolder(),
    Array.from({ length: 60 }, (_, i) => join(images, `${String(i).padStart(3, "0")}.png`)),
  ];
  const log = join(folder, "a.jsonl");
  await writeFile(log, (await ltad("predict", model, ...files, "--json")).stdout);
  expect(await ltad("drift", model, log, "--fail-on-drift")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tile +60 +no/m) });
  await writeFile(log, (await ltad("predict", model, ...files.slice(0, 9), "--json")).stdout);
  const few = await ltad("drift", model, log, "--fail-on-drift");
  expect(few).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tile +9 +\?/m), stderr: expect.stringMatching(/needs 50 results/) });
});

it.each([
  ["a file that is not there", undefined, /nowhere\.jsonl: cannot be read \(ENOENT\)/],
  ["a line that is cut off", '{"class":"tile","score":1}\n{"class":', /line 2: expected a result/],
  ["a score that is none", '{"class":"tile","score":null}\n', /line 1: expected a result/],
  ["a table of something else", "a,b\n1,2\n", /columns class and score/],
  ["a row without a score", "class,score\ntile,\n", /line 2: expected a class and a score/],
  ["results of another model", '{"class":"bolt","score":1}\n', /no results for classes of this model/],
  ["an empty file", "", /no results for classes of this model/],
])("refuses %s", async (_, text, message) => {
  const log = join(await temporaryFolder(), "nowhere.jsonl");
  if (text !== undefined) await writeFile(log, text);
  expect(await ltad("drift", model, log)).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(message) });
});

it("reads a table with quoted names, and leaves out images that could not be read", async () => {
  const log = join(await temporaryFolder(), "a.csv");
  const row = (name: string) => `"a ""b"",\n${name}.png",OK,0.5,tile,1,\n`;
  await writeFile(
    log,
    `\ufefffile,verdict,score,class,distance,error\r\n${Array.from({ length: 50 }, (_, i) => row(String(i))).join("")}x.png,ERROR,,,,"no, image"\n`,
  );
  expect(JSON.parse((await ltad("drift", model, log, "--json")).stdout)).toMatchObject({ total: 50, images: 50, distance: { recent: 1 } });
});
