import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../testing/make-folder.js";
import { scanFiles } from "../testing/scan-files.js";
import { scanDataset } from "./scan-dataset.js";

const classes = (...names: string[]) => Object.fromEntries(names.map((name) => [`${name}/train/good/0.png`, null]));
const warnings = async (files: Record<string, null>) => (await scanFiles(files)).warnings;

describe("names that read alike", () => {
  it("are named where they are those of classes", async () => {
    expect(await warnings(classes("Bolt", "bolt", "nut"))).toMatchInlineSnapshot(`
      [
        "Bolt, bolt: these names differ only in capital letters, spaces, hyphens or the form of their characters, and each is a class of its own. If they are one product, give all its images the same class name.",
      ]
    `);
    for (const [one, other] of [
      ["nut 1", "nut_1"],
      ["nut", "nut "],
      ["nut", "\uff4eut"],
      ["Stra\u00dfe", "STRASSE"],
      ["Caf\u00e9", "CAFE\u0301"],
      ["filter", "\ufb01lter"],
    ])
      expect(await warnings(classes(one!, other!)), `${one} and ${other}`).toHaveLength(1);
  });

  it("are named in a table, too", async () => {
    const root = await makeFolder({ "0.png": null, "1.png": null });
    await writeFile(join(root, "set.csv"), "path,class\n0.png,Bolt\n1.png,bolt\n");
    const { warnings: told } = await scanDataset(join(root, "set.csv"));
    expect(told).toEqual([expect.stringMatching(/^Bolt, bolt: these names differ only in capital letters/)]);
  });

  it("are named where they are those of defects of one class", async () => {
    const crack = { "nut/test/Crack/0.png": null, "nut/test/crack/1.png": null };
    expect(await warnings({ ...classes("nut"), ...crack })).toContainEqual(
      expect.stringMatching(/^nut: the defects Crack, crack differ only in capital letters/),
    );
  });

  it("are not found in names that differ", async () => {
    expect(await warnings(classes("bolt", "bolts", "bolt1", "bolt 1", "bolt 2", "caf\u00e9", "cafe"))).toEqual([]);
  });
});
