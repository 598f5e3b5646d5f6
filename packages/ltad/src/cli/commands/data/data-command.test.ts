import { cp, readFile, writeFile } from "node:fs/promises";
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
  expect(JSON.parse(chosen.stdout)).toEqual({
    protocol: "exp4",
    seed: 7,
    order: ["tile", "nut", "screw"],
    high: 2,
    counts: { tile: 8, nut: 4, screw: 2 },
    file: first,
  });
  const again = await ltad("data", "split", folder, "--protocol", first, "--out", second, "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ counts: { tile: 8, nut: 4, screw: 2 } });
  const images = async (file: string) => (await readFile(file, "utf8")).split("\n").filter((line) => !line.startsWith("#"));
  expect(await images(second)).toEqual(await images(first));
});

it("data split writes any imbalance, and says which classes are High and Low", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const out = join(await temporaryFolder(), "list.txt");
  const { stdout } = await ltad("data", "split", folder, "--protocol", "pareto2.5", "--out", out, "--quiet");
  expect(stdout).toMatch(/^tile +8 +8 +High\nnut +\d +5 +High\nscrew +3 +4 +Low$/m);
});

it("data check names what matters, writes a list and a page, and ends with 3", async () => {
  const folder = await tinyDataset(await temporaryFolder(), { tile: { train: 12, good: 10, defect: 10 } });
  const clean = await ltad("data", "check", folder, "--json", "--quiet");
  expect(clean.code).toBe(0);
  expect(JSON.parse(clean.stdout)).toMatchObject({ layout: "mvtec-ad", matters: false });
  await cp(join(folder, "tile/train/good/0.png"), join(folder, "tile/test/good/leak.png"));
  const [list, page] = [join(await temporaryFolder(), "clean.txt"), join(await temporaryFolder(), "check.html")];
  const before = await readFile(join(folder, "tile/train/good/0.png"));
  const { code, stdout, stderr } = await ltad("data", "check", folder, "--fix", list, "--page", page);
  expect(code).toBe(3);
  expect(stdout).toMatch(
    /^matters {2}tile: 1 file \(tile\/test\/good\/leak.png = tile\/train\/good\/0.png\) found twice: the same file as a training image/m,
  );
  expect(stderr).toMatch(/with 1 image left out/);
  expect(stderr).toContain(`--protocol ${list}`);
  expect(await readFile(list, "utf8")).toContain("# left out: tile/train/good/0.png");
  expect(await readFile(page, "utf8")).toMatch(/leak\.png[\s\S]*the same file as/);
  expect(await readFile(join(folder, "tile/train/good/0.png"))).toEqual(before);
});

it("data check and data stats take larger images with --max-pixels", async () => {
  const folder = await tinyDataset(await temporaryFolder(), { tile: { train: 12, good: 10, defect: 10 } });
  for (const [words, few, many] of [
    [["data", "check"], 3, 0],
    [["data", "stats"], 3, 0],
  ] as const) {
    const refused = await ltad(...words, folder, "--max-pixels", "1000");
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([few, expect.stringContaining("allow more (--max-pixels N")]);
    expect((await ltad(...words, folder, "--max-pixels", "2000")).code).toBe(many);
  }
});

it("data stats draws class sizes and examples, and escapes names", async () => {
  const folder = await tinyDataset(await temporaryFolder(), { "<b>x": { train: 2, good: 1, defect: 1 } });
  const page = join(await temporaryFolder(), "stats.html");
  expect((await ltad("data", "stats", folder, "--page", page)).code).toBe(0);
  const text = await readFile(page, "utf8");
  expect(text).toContain("&lt;b&gt;x");
  expect(text).not.toContain("<b>x");
  expect(text.match(/data:image\/webp/g)?.length).toBe(4);
});

it("every data command takes folders of other layouts", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const good = ["--good", join(folder, "tile/train/good"), "--bad", join(folder, "tile/test/spot")];
  const stats = await ltad("data", "stats", ...good, "--class-name", "m8");
  expect(stats.stderr).toMatch(
    /^Read as folders of good and bad images: 1 class, \d good images to train on, \d good and \d defective to test on\.$/m,
  );
  expect(stats.stdout).toMatch(/^m8 /m);
  const layout = join(await temporaryFolder(), "layout.yaml");
  await writeFile(layout, 'train: "{class}/train/good"\nbad: "{class}/test/{label}"\n');
  const said = await ltad("data", "stats", folder, "--layout", layout, "--json");
  expect(JSON.parse(said.stdout)).toMatchObject({ layout: "layout file", classes: { length: 3 } });
  expect(await ltad("data", "stats", folder, "--layout", "mvtek")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Expected real-iad, visa/),
  });
  expect((await ltad("data", "stats")).code).toBe(2);
});

it.each([
  [
    "several products",
    "",
    /this one holds 3 products with a name: nut, screw, tile\. Give the folder of one product, or omit --class-name/,
  ],
  ["several, one of which has this name", "tile", /holds 3 products/],
])("data stats refuses a class name for a folder of %s", async (_, name, message) => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const { code, stdout, stderr } = await ltad("data", "stats", folder, "--class-name", name || "front");
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  expect((await ltad("data", "stats", join(folder, "tile"), "--class-name", "front")).stdout).toMatch(/^front /m);
});

it("data stats takes a class name for the images that the patterns of a layout file leave without one", async () => {
  const folder = await tinyDataset(await temporaryFolder(), classes);
  const layout = join(await temporaryFolder(), "layout.yaml");
  await writeFile(layout, 'train: ["tile/train/good", "{class}/test/good"]\n');
  const { code, stdout, stderr } = await ltad("data", "stats", folder, "--layout", layout, "--class-name", "front");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^front +8 [^]*^tile +\d/m);
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
