import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ltad, temporaryFolder } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";

const classes = { tile: { train: 8, good: 2, defect: 3 }, nut: { train: 5, good: 1, defect: 2 }, screw: { train: 4, good: 1, defect: 1 } };

it("data stats counts, as a table or as JSON", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const table = await ltad("data", "stats", folder, "--quiet");
  expect(table.code).toBe(0);
  expect(table.stdout).toMatch(/^tile +8 +2 +3 +3 +40x32 +1$/m);
  expect(table.stdout).toMatch(/3 classes, 17 images to train on, 4 good and 6 defective to test on/);
  const json = await ltad("data", "stats", folder, "--json");
  const stats = JSON.parse(json.stdout) as { classes: { name: string; train: number; testGood: number; testDefect: number }[] };
  expect(stats.classes.map(({ name, train, testGood, testDefect }) => [name, train, testGood, testDefect])).toEqual([
    ["nut", 5, 1, 2],
    ["screw", 4, 1, 1],
    ["tile", 8, 2, 3],
  ]);
});

it("data split writes a list that is a protocol again, the same for the same seed", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const [first, second] = [join(await temporaryFolder(), "first.txt"), join(await temporaryFolder(), "second.txt")];
  const chosen = await ltad("data", "split", folder, "--protocol", "exp4", "--seed", "7", "--out", first, "--json");
  expect(JSON.parse(chosen.stdout)).toEqual({ protocol: "exp4", seed: 7, counts: { tile: 8, nut: 4, screw: 2 }, file: first });
  const again = await ltad("data", "split", folder, "--protocol", first, "--out", second, "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ counts: { tile: 8, nut: 4, screw: 2 } });
  const images = async (file: string) => (await readFile(file, "utf8")).split("\n").filter((line) => !line.startsWith("#"));
  expect(await images(second)).toEqual(await images(first));
});

it("data split takes an order", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const { stdout } = await ltad(
    "data",
    "split",
    folder,
    "--protocol",
    "step2",
    "--order",
    "screw,tile,nut",
    "--out",
    join(folder, "list.txt"),
    "--json",
  );
  expect(JSON.parse(stdout)).toMatchObject({ counts: { screw: 4, tile: 4, nut: 2 } });
});
