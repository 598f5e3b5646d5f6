import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tinyDataset } from "@ltad/evaluate/testing";
import { describe, expect, it } from "vitest";
import { ltad, temporaryFolder } from "./cli/testing/test-io.js";
import { withIncludeMasks } from "./include-masks.js";

const few = { train: 2, good: 1, defect: 1 };

describe("a folder of include masks is refused before any work", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["that is empty", [], /--include .*: there are no masks\. Expected a mask for each class .*, such as lid\.png, tube\.png/],
    ["without an image", ["lid.txt"], /there are no masks, only lid\.txt/],
    ["with a mask of an unknown class", ["lid.png", "tupe.png"], /tupe\.png: there is no class of this name/],
    ["with two masks of a class", ["lid.png", "lid.bmp"], /lid\.bmp and lid\.png are masks of the same class/],
  ])("%s", async (_, files, message) => {
    const root = await temporaryFolder();
    const data = await tinyDataset(join(root, "data"), { lid: few, tube: few });
    const masks = join(root, "masks");
    await mkdir(masks);
    for (const file of files) await writeFile(join(masks, file), "");
    const { code, stderr } = await ltad("train", data, "--out", join(root, "model"), "--include", masks);
    expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
  });

  it("that is not there", async () => {
    await expect(withIncludeMasks([], "gone")).rejects.toThrow(/--include gone: there is no such folder/);
  });
});

it("a class without a mask is judged whole", async () => {
  const masks = await temporaryFolder();
  await writeFile(join(masks, "Größe.png".normalize("NFD")), "");
  const classes = ["Größe", "lid"].map((name) => ({ name, available: 0, train: [] }));
  const found = await withIncludeMasks(classes, masks);
  expect(found.map(({ include }) => include)).toEqual([join(masks, "Größe.png".normalize("NFD")), undefined]);
  expect(await withIncludeMasks(classes, undefined)).toBe(classes);
});

it("masks of classes that a model has already may lie there too", async () => {
  const masks = await temporaryFolder();
  for (const name of ["lid.png", "tube.png"]) await writeFile(join(masks, name), "");
  const added = [{ name: "tube", available: 0, train: [] }];
  expect(await withIncludeMasks(added, masks, ["lid"])).toMatchObject([{ include: join(masks, "tube.png") }]);
  await expect(withIncludeMasks(added, masks)).rejects.toThrow(/lid\.png: there is no class of this name/);
});
