import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@ltad/detector";
import { tinyDataset } from "@ltad/evaluate/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

const good = Array.from({ length: 199 }, (_, i) => i / 100);
const decision = {
  falseAlarmRate: 0.01,
  classes: [
    { good, limit: null, distances: [1, 2] },
    { good: [0.5, 3], limit: null, distances: [1] },
  ],
};
let [root, model, data] = ["", "", ""];
beforeEach(async () => {
  root = await temporaryFolder();
  model = await brightnessBundle(join(root, "model"), ["tile", "nut"], { decision });
  data = await tinyDataset(join(root, "data"), { tile: { train: 12, good: 1, defect: 3 }, nut: { train: 3, good: 1, defect: 1 } });
});

const manifest = async (folder = model) => JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Manifest;

it("shows the limit of each class and what it promises", async () => {
  const before = await manifest();
  const { code, stdout } = await ltad("limits", model);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^class +good images +limit +what the limit promises$/m);
  expect(stdout).toMatch(/^tile +199 +1\.97 +promised: at most 1 % of good images like these are NOT OK$/m);
  expect(stdout).toMatch(/^nut +2 +3 +estimated from all classes: about 1 %; a promise needs 99 good images of this class$/m);
  expect(await manifest()).toEqual(before);
  const json = JSON.parse((await ltad("limits", model, "--json", "--class", "tile")).stdout) as object;
  expect(json).toEqual({
    false_alarm_rate: 0.01,
    classes: [{ class: "tile", good_images: 199, limit: 1.97, basis: "promised", false_alarm_rate: 0.01 }],
  });
});

it("sets and unsets the limit of one class, and predict uses it", async () => {
  const before = await manifest();
  const set = await ltad("limits", model, "--class", "nut", "--set", "0.1");
  expect(set.stdout).toMatch(/^nut +2 +0\.1 +set by hand: 2 of 2 good images are above it$/m);
  const image = join(data, "nut/test/good/0.png");
  expect(JSON.parse((await ltad("predict", model, image, "--class", "nut", "--json")).stdout)).toMatchObject({
    verdict: "NOT OK",
    basis: "set",
  });
  expect({ ...(await manifest()), decision: null }).toEqual({ ...before, decision: null });
  await ltad("limits", model, "--class", "nut", "--unset");
  expect(await manifest()).toEqual(before);
});

it("never states a smaller rate than the good images of all classes can show", async () => {
  await ltad("limits", model, "--false-alarm-rate", "0.001");
  const { stdout } = await ltad("limits", model);
  expect(stdout).toMatch(
    /^nut +2 +3 +estimated from all classes: about 0\.495 %; a promise of 0\.1 % needs 999 good images of this class$/m,
  );
});

it("states no rate where no class has a second good image", async () => {
  const classes = [1, 1].map((score) => ({ good: [score], limit: null }));
  await brightnessBundle(join(root, "one-each"), ["tile", "nut"], { decision: { falseAlarmRate: 0.01, classes } });
  const { stdout } = await ltad("limits", join(root, "one-each"));
  expect(stdout).toMatch(/^nut +1 +1 +not known: no class has two good images, .*; a promise of 1 % needs 99 good images of this class$/m);
});

it("changes the rate of all classes", async () => {
  const { stdout } = await ltad("limits", model, "--false-alarm-rate", "0.05");
  expect(stdout).toMatch(/^tile +199 +1\.89 +promised: at most 5 %/m);
  expect((await manifest()).decision?.falseAlarmRate).toBe(0.05);
});

describe("--from", () => {
  it("takes limits from good images of a data set's folders, and from no defect", async () => {
    const { code, stdout, stderr } = await ltad("limits", model, "--from", data, "--false-alarm-rate", "0.1");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("warning") });
    expect(stdout).toMatch(/^tile +12 +0\.2\d+ +promised: at most 10 %/m);
    const [tile, nut] = (await manifest()).decision!.classes;
    expect([tile!.good.length, tile!.distances!.length, nut!.good.length]).toEqual([12, 12, 3]);
    expect(Math.max(...tile!.good)).toBeLessThan(0.35); // a white square gives 0.5
    expect([...tile!.good].sort((a, b) => a - b)).toEqual(tile!.good);
  });

  it("takes a plain folder of one class, leaves the other class, and keeps a limit that was set", async () => {
    await ltad("limits", model, "--class", "nut", "--set", "7");
    const { code, stdout, stderr } = await ltad("limits", model, "--class", "nut", "--from", join(data, "nut/train/good"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nut +3 +7 +set by hand: 0 of 3/m);
    expect(stdout).not.toMatch(/^tile/m);
    expect(stderr).toMatch(/nut: its limit stays 7.*--unset/);
    expect((await manifest()).decision?.classes[0]).toEqual(decision.classes[0]);
  });

  it("takes no image that the model was trained on", async () => {
    const trained = async (...names: string[]) => {
      const images = names.map((name) => ({ id: name, file: join(data, "nut/train/good", name) }));
      await writeFile(join(model, "training-files.json"), JSON.stringify([{ name: "nut", images }]));
    };
    await trained("0.png");
    const some = await ltad("limits", model, "--from", data);
    expect(some.stderr).toMatch(/not used: 1 image that the model was trained on/);
    expect((await manifest()).decision!.classes[1]!.good).toHaveLength(2);
    const before = await manifest();
    await trained("0.png", "1.png", "2.png");
    const none = await ltad("limits", model, "--from", data);
    expect([none.code, none.stderr]).toEqual([3, expect.stringMatching(/nut: all 3 images are among those that the model was trained on/)]);
    expect(await manifest()).toEqual(before);
  });

  it("names what it does not use", async () => {
    await cp(join(data, "nut"), join(data, "bolt"), { recursive: true });
    await writeFile(join(data, "notes.txt"), "x");
    const { code, stderr } = await ltad("limits", model, "--from", data);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/not used: bolt\/, notes\.txt/)]);
  });

  it("names what lies beside the good images of a class, and inside", async () => {
    const folder = join(data, "nut/test");
    await mkdir(join(folder, "good/older"));
    await writeFile(join(folder, "notes.txt"), "x");
    const one = await ltad("limits", model, "--class", "nut", "--from", folder);
    expect([one.code, one.stderr]).toEqual([0, expect.stringMatching(/test: not used: spot\/, notes\.txt, good\/older\/\.$/m)]);
    await mkdir(join(data, "tile/train/bad"));
    const all = await ltad("limits", model, "--from", data);
    expect([all.code, all.stderr]).toEqual([0, expect.stringMatching(/not used: tile\/train\/bad\/\.$/m)]);
  });

  it("names every image that cannot be read, and changes nothing", async () => {
    const before = await manifest();
    for (const name of ["x.png", "y.png"]) await writeFile(join(data, "nut/train/good", name), "no image");
    const { code, stdout, stderr } = await ltad("limits", model, "--from", data);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/2 images of 17 cannot be read; the limits were not changed:[^]*x\.png[^]*y\.png/);
    expect(await manifest()).toEqual(before);
  });

  it("gives limits to a model that had none, if every class has images", async () => {
    const old = await brightnessBundle(join(root, "old"), ["tile", "nut"]);
    const shown = await ltad("limits", old);
    expect([shown.code, shown.stderr]).toEqual([2, expect.stringMatching(/has no limits.*--from FOLDER/)]);
    const some = await ltad("limits", old, "--from", join(data, "nut/train/good"), "--class", "nut");
    expect([some.code, some.stderr]).toEqual([3, expect.stringMatching(/good images of tile are missing/)]);
    expect((await ltad("limits", old, "--from", data)).code).toBe(0);
    expect((await manifest(old)).decision?.classes.map((one) => one.good.length)).toEqual([12, 3]);
  });

  it.each([
    ["a folder without classes", async () => join(data, "tile/test"), /Expected folders tile, nut; found good\/, spot\/.*add --class NAME/],
    ["no folder", async () => join(data, "none"), /there is no such folder/],
    ["an empty class", async () => (await mkdir(join(root, "x/tile"), { recursive: true }), join(root, "x")), /x\/tile: no images in it/],
  ])("refuses %s", async (_, folder, message) => {
    const { code, stderr } = await ltad("limits", model, "--from", await folder());
    expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
  });
});

it.each([
  [["--set", "3"], /--set needs --class/],
  [["--unset"], /--unset needs --class/],
  [["--class", "nut", "--set", "3", "--unset"], /contradict/],
  [["--class", "nut", "--false-alarm-rate", "0.1"], /is for all classes/],
  [["--class", "bolt", "--set", "3"], /expected one of tile, nut, received bolt/],
  [["--class", "nut", "--set", "much"], /Expected a number/],
  [["--false-alarm-rate", "0"], /Expected a share above 0/],
])("refuses %j", async (options, message) => {
  const before = await manifest();
  const { code, stderr } = await ltad("limits", model, ...options);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(await manifest()).toEqual(before);
});
