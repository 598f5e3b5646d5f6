import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadImageEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import { tinyDataset } from "@ltad/evaluate/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ltad } from "../../testing/test-io.js";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(loadImageEncoder("efficientnet-b0", { cacheDir }));
const cache = ["--cache-dir", cacheDir];
const counts = { train: 6, good: 3, defect: 2 };

// One model goes through all commands, in this order.
describe.skipIf(!weights)("the classes of a model", { timeout: 240_000 }, () => {
  let root = "";
  let [two, three, model] = ["", "", ""];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "ltad-classes-"));
    two = await tinyDataset(join(root, "two"), { tile: counts, nut: { ...counts, train: 5 } });
    three = await tinyDataset(join(root, "three"), { tile: counts, nut: { ...counts, train: 5 }, gear: counts });
    model = join(root, "model");
    const sets = ["features.inputSize=64", "features.stages=[2,3]", "copies.upTo=0"].flatMap((pair) => ["--set", pair]);
    const { code, stderr } = await ltad("train", two, "--preset", "fast", "--out", model, ...sets, ...cache);
    if (code !== 0) throw new Error(stderr);
  }, 240_000);
  afterAll(() => rm(root, { recursive: true, force: true }));

  const scoresOf = async (folder: string) => {
    const images = ["tile/test/good/0.png", "tile/test/spot/1.png", "nut/test/good/1.png"].map((name) => join(two, name));
    const lines = (await ltad("predict", folder, ...images, "--json")).stdout.trim().split("\n");
    return lines.map((line) => (({ score, limit, verdict }) => ({ score, limit, verdict }))(JSON.parse(line) as Record<string, unknown>));
  };

  it("join with add-class, from a data set that also holds those it has", async () => {
    const before = await scoresOf(model);
    const { code, stdout, stderr } = await ltad("add-class", model, three, ...cache);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`Added gear (6 images). ${model} now has 3 classes. The previous version is in ${join(model, "before", "1")}.\n`);
    expect(stderr).toMatch(/nut, tile: the model already has .*; its images were not used/);
    expect(stderr).toMatch(/Next:\n {2}ltad limits .*--class gear/);
    expect(await scoresOf(model)).toEqual(before);
    expect(await scoresOf(join(model, "before", "1"))).toEqual(before);
    const used = await ltad("predict", model, join(three, "gear/test/spot/0.png"), "--class", "gear", "--json");
    expect(JSON.parse(used.stdout)).toMatchObject({ class: "gear", verdict: "NOT OK" });
    const list = await readFile(join(model, "train-images.txt"), "utf8");
    expect(list.match(/^gear\/train\/good\/\d\.png$/gm)).toHaveLength(6);
    const measured = await ltad("eval", model, three, "--json", ...cache);
    expect(JSON.parse(measured.stdout)).toMatchObject({ counts: { tile: 6, nut: 5, gear: 6 } });
    expect(await readFile(join(model, "config.yaml"), "utf8")).toMatch(/\n# then: ltad add-class .*three\n$/);
  });

  it("learn from more images with update-class, each once, and say how many were false alarms", async () => {
    const images = ["0", "1", "2"].map((name) => join(three, `gear/test/good/${name}.png`));
    const updated = await ltad("update-class", model, "gear", images[0]!, images[1]!, join(three, "gear"), "--json", ...cache);
    expect(updated.code, updated.stderr).toBe(0);
    const result = JSON.parse(updated.stdout) as { notOk: object; classes: object[] };
    expect(result).toMatchObject({ added: 2, changed: ["gear"], notOk: { after: 0 } });
    expect(result.classes).toContainEqual({ name: "gear", images: 8 });
    expect(updated.stderr).toMatch(/gear: 6 of these images were already known/);
    const again = await ltad("update-class", model, "gear", images[0]!, ...cache);
    expect([again.code, again.stderr]).toEqual([3, expect.stringMatching(/gear was trained on this image already/)]);
    expect(await readFile(join(model, "train-images.txt"), "utf8")).toMatch(/^gear\/0\.png$/m);
    const shown = await ltad("limits", model, "--class", "gear");
    expect(shown.stdout).toMatch(/^gear +8 /m);
  });

  it("find their training images where they have moved to, and say which are missing", async () => {
    const moved = join(root, "moved");
    await rename(three, moved);
    const image = join(moved, "gear/test/good/2.png");
    const lost = await ltad("update-class", model, "gear", image, ...cache);
    expect([lost.code, lost.stderr]).toEqual([
      3,
      expect.stringMatching(/8 of the 8 training images of gear are no longer where they were.*--data/),
    ]);
    await mkdir(join(three, "gear/test/good"), { recursive: true });
    for (const name of ["0.png", "1.png"]) await cp(join(moved, "gear/test/good", name), join(three, "gear/test/good", name));
    const found = await ltad("update-class", model, "gear", image, "--data", moved, "--force", ...cache);
    expect(found.code, found.stderr).toBe(0);
    expect(found.stdout).toMatch(/^gear learned 1 more image: \d of them were NOT OK before, 0 are now\.\n.*now has 3 classes\.\n$/);
    expect(existsSync(join(model, "before", "3"))).toBe(false);
  });

  it("are told when the name of a new one reads as that of another", async () => {
    const copy = join(root, "copy");
    await cp(model, copy, { recursive: true });
    const { code, stderr } = await ltad("add-class", copy, join(two, "tile"), "--class-name", "Tile", "--force", ...cache);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning .*Tile, tile: these names differ only in capital letters/)]);
  });

  it("are told what lies beside more good images and is not used", async () => {
    const [copy, folder] = [join(root, "other"), join(root, "more")];
    await cp(model, copy, { recursive: true });
    await cp(join(root, "moved/tile/test"), folder, { recursive: true });
    const { code, stderr } = await ltad("update-class", copy, "tile", folder, "--force", ...cache);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning .*more: not used: spot\/\./)]);
  });

  it("leave with remove-class, and the others are as they were", async () => {
    const { code, stdout, stderr } = await ltad("remove-class", model, "gear");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Removed gear\. .*now has 2 classes/);
    expect(await scoresOf(model)).toEqual(await scoresOf(join(model, "before", "1")));
    expect(await readFile(join(model, "train-images.txt"), "utf8")).not.toMatch(/gear/);
  });

  it.each([
    ["a class that the model has", () => ["add-class", model, two], 2, /has all of these classes already.*update-class.*--class-name/],
    ["a folder that names no product", () => ["add-class", model, join(two, "tile/train/good")], 2, /would be called "good".*--class-name/],
    ["a folder that is not there", () => ["add-class", model, join(root, "none")], 3, /none/],
    ["no data", () => ["add-class", model], 2, /missing required argument 'data', or --good/],
    ["a folder that is no model", () => ["add-class", two, two], 3, /not a bundle/],
    ["a class that is not there", () => ["update-class", model, "bolt", join(two, "tile")], 2, /expected a class of the model.*add-class/],
    ["an image that is not there", () => ["update-class", model, "tile", join(root, "x.png")], 3, /x\.png: cannot be read \(ENOENT\)/],
    ["a class to remove that is not there", () => ["remove-class", model, "bolt"], 2, /expected a class of the model/],
    [
      "classes to remove of which one is not there",
      () => ["remove-class", model, "nut", "tlie"],
      2,
      /expected a class of the model \(tile, nut\), received tlie\. Did you mean tile\?\n$/,
    ],
    [
      "a name for several classes",
      () => ["add-class", model, join(root, "moved"), "--class-name", "front"],
      2,
      /holds 3 products with a name: gear, nut, tile\./,
    ],
    ["all classes to remove", () => ["remove-class", model, "tile", "nut"], 2, /is the last class/],
  ])("refuse %s, and the model stays", async (_, argv, code, message) => {
    const before = await readFile(join(model, "model.json"));
    const ran = await ltad(...argv(), ...(argv()[0] === "remove-class" ? [] : cache));
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(await readFile(join(model, "model.json"))).toEqual(before);
    expect(existsSync(join(model, "training.lock"))).toBe(false);
  });

  it("are not changed while another process writes the model", async () => {
    await writeFile(join(model, "training.lock"), JSON.stringify({ pid: process.pid, host: "another", since: "now" }));
    const { code, stderr } = await ltad("remove-class", model, "tile");
    expect([code, stderr]).toEqual([3, expect.stringMatching(/training\.lock: another training/)]);
    await rm(join(model, "training.lock"));
  });
});

it.each(["add-class", "remove-class", "update-class"])("ltad %s --help shows examples", async (name) => {
  const { code, stdout } = await ltad(name, "--help");
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ ltad ${name} `));
});
