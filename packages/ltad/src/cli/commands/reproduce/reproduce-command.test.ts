import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tinyDataset } from "@ltad/evaluate/testing";
import { describe, expect, it } from "vitest";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

const few = { train: 2, good: 1, defect: 1 };

describe("ltad reproduce refuses before any work", () => {
  it.each<[string, string, readonly string[], number, RegExp]>([
    ["another data set", "lid", [], 3, /expected the classes of MVTec AD \(bottle, cable, capsule and 12 more\), found lid/],
    ["VisA as MVTec AD", "candle", [], 3, /This looks like VisA: ltad reproduce visa/],
    ["an unknown split", "bottle", ["--split", "expo100"], 2, /protocol expo100: neither a known protocol nor a file/],
    ["a split given twice", "bottle", ["--split", "exp100,exp100"], 2, /--split: exp100 is given twice/],
    ["a wrong setting", "bottle", ["--set", "detect.stepz=2"], 2, /detect\.stepz/],
    ["an unknown class in the order", "bottle", ["--order", "bottle,cup"], 2, /there is no class cup/],
  ])("%s", async (_, name, more, code, message) => {
    const root = await temporaryFolder();
    const data = await tinyDataset(join(root, "data"), { [name]: few });
    const ran = await ltad("reproduce", "mvtec", "--data", data, "--out", join(root, "out"), ...more);
    expect([ran.code, ran.stderr], ran.stderr).toEqual([code, expect.stringMatching(message)]);
    expect(ran.stdout).toBe("");
  });

  it.each<[readonly string[], RegExp]>([
    [["reproduce", "mvtec"], /required option '--data <folder>' not specified/],
    [["reproduce", "coco", "--data", "."], /Allowed choices are mvtec, visa, dagm/],
    [["reproduce", "mvtec", "--data", ".", "--seeds", "1,1"], /each seed once/],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await ltad(...argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("an empty folder, and a folder that is not there", async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, "empty"));
    expect(await ltad("reproduce", "dagm", "--data", join(root, "empty"))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no class found/),
    });
    expect(await ltad("reproduce", "dagm", "--data", join(root, "gone"))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no such folder/),
    });
  });
});
