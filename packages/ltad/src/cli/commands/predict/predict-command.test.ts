import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openDetector } from "@ltad/detector";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { tmpdir } from "node:os";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";
import type { PredictionLine } from "./predict-command.js";

let [model, data] = ["", ""];
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "ltad-predict-"));
  model = await brightnessBundle(join(root, "model"), ["tile", "nut"]);
  data = await tinyDataset(join(root, "data"), { tile: { train: 2, good: 2, defect: 2 }, nut: { train: 1, good: 1, defect: 1 } });
});

function lines(stdout: string): PredictionLine[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as PredictionLine);
}

it("prints one object an image and writes its maps", async () => {
  const out = await temporaryFolder();
  const images = [join(data, "tile/test/spot/0.png"), join(data, "tile/test/good/1.png")];
  const { code, stdout, stderr } = await ltad("predict", model, ...images, "--out", out, "--json", "--quiet");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [defect, good] = lines(stdout) as [PredictionLine, PredictionLine];
  expect(defect).toMatchObject({ file: images[0], class: "tile", class_given: false, map: "0.map.png", overlay: "0.overlay.png" });
  expect(good).toMatchObject({ file: images[1], map: "1.map.png" });
  expect(defect.score).toBeGreaterThan(good.score + 0.3);
  expect((await readdir(out)).sort()).toEqual(["0.map.png", "0.overlay.png", "1.map.png", "1.overlay.png"]);
  const map = await sharp(join(out, "0.map.png")).metadata();
  expect(map).toMatchObject({ width: 40, height: 32, depth: "ushort" });
  expect((await sharp(join(out, "0.overlay.png")).metadata()).width).toBe(40);
});

it("gives the map's values back through map_low and map_high", async () => {
  const out = await temporaryFolder();
  const [line] = lines((await ltad("predict", model, join(data, "tile/test/spot/1.png"), "--out", out, "--json")).stdout) as [
    PredictionLine,
  ];
  const { data: grey } = await sharp(join(out, line.map ?? ""))
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const highest = Math.max(...new Uint16Array(new Uint8Array(grey).buffer));
  const detector = await openDetector(model);
  const { map } = await detector.predict(join(data, "tile/test/spot/1.png"));
  await detector.dispose();
  expect((line.map_low ?? 0) + (((line.map_high ?? 0) - (line.map_low ?? 0)) * highest) / 65535).toBeCloseTo(Math.max(...map), 4);
});

it("takes folders and files of one name, and a class", async () => {
  const out = await temporaryFolder();
  const { code, stdout } = await ltad(
    "predict",
    model,
    join(data, "tile/test"),
    join(data, "nut/test"),
    "--class",
    "nut",
    "--out",
    out,
    "--json",
  );
  expect(code).toBe(0);
  const found = lines(stdout);
  expect(found.every((line) => line.class === "nut" && line.class_given)).toBe(true);
  expect(new Set(found.map(({ map }) => map)).size).toBe(6);
  expect(await readdir(out)).toHaveLength(12);
});

it("writes nothing without --out", async () => {
  const { stdout } = await ltad("predict", model, join(data, "nut/test/good/0.png"), "--json");
  expect(lines(stdout)).toMatchObject([{ map: null, overlay: null, class: "tile", class_given: false }]);
  const table = await ltad("predict", model, join(data, "nut/test/good/0.png"));
  expect(table.stdout).toMatch(/^ +0\.\d+ +tile \(predicted\) .*0\.png\n$/);
});

it("never writes over a map unasked", async () => {
  const out = await temporaryFolder();
  await writeFile(join(out, "0.overlay.png"), "mine");
  const image = join(data, "tile/test/spot/0.png");
  const refused = await ltad("predict", model, image, "--out", out, "--json");
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/0\.overlay\.png would be overwritten.*--force/);
  expect(await readFile(join(out, "0.overlay.png"), "utf8")).toBe("mine");
  expect((await ltad("predict", model, image, "--out", out, "--force")).code).toBe(0);
});

it("names an image that cannot be read, goes on with the others and ends with 3", async () => {
  const out = await temporaryFolder();
  const bad = join(await temporaryFolder(), "bad.png");
  await writeFile(bad, "no image");
  const { code, stdout, stderr } = await ltad(
    "predict",
    model,
    bad,
    join(data, "nut/test/good/0.png"),
    "missing.png",
    "--out",
    out,
    "--json",
  );
  expect(code).toBe(3);
  expect(lines(stdout)).toHaveLength(1);
  expect(stderr).toMatch(/LTAD_IMAGE .*bad\.png/);
  expect(stderr).toMatch(/missing\.png.*no such file/);
  expect(stderr).toMatch(/2 images of 3 could not be read/);
  expect(await readdir(out)).toHaveLength(2);
});

it("ends at the first image that cannot be read when it is strict", async () => {
  const { code, stdout, stderr } = await ltad("predict", model, "missing.png", join(data, "nut/test/good/0.png"), "--strict");
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/missing\.png.*no such file/);
});

it("refuses a class the model does not know", async () => {
  const { code, stdout, stderr } = await ltad("predict", model, join(data, "nut/test/good/0.png"), "--class", "bolt");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/class: expected one of tile, nut, received bolt/);
});

it("refuses a damaged bundle", async () => {
  const folder = await brightnessBundle(join(await temporaryFolder(), "model"), ["tile"]);
  const graph = (await readdir(folder)).find((name) => name.startsWith("head")) ?? "";
  const bytes = await readFile(join(folder, graph));
  bytes[100] = (bytes[100] ?? 0) ^ 255;
  await writeFile(join(folder, graph), bytes);
  const { code, stderr } = await ltad("predict", folder, join(data, "nut/test/good/0.png"));
  expect(code).toBe(3);
  expect(stderr).toMatch(/LTAD_BUNDLE .*head.*damaged/);
});

it("scores or names every file of a folder, in the order of their paths", async () => {
  const folder = join(await temporaryFolder(), "in");
  const part = await readFile(join(data, "tile/test/good/0.png"));
  const picture = { create: { width: 40, height: 32, channels: 3, background: "#777" } } as const;
  const pages = [await sharp(picture).png().toBuffer(), await sharp(picture).png().toBuffer()];
  const contents: Record<string, Uint8Array | string> = {
    "B.PNG": part,
    "a.png": part,
    "c/1.pgm": "P2 3 2 255 1 2 3 4 5 6",
    "c/x.png/inside.png": part,
    "empty.bmp": "",
    "pages.tif": await sharp(pages, { join: { animated: true } })
      .tiff()
      .toBuffer(),
    ".hidden.png": part,
    "Thumbs.db": "",
    "notes.txt": "x",
  };
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const { code, stdout, stderr } = await ltad("predict", model, folder, "--json");
  expect(code).toBe(3); // for empty.bmp
  expect(lines(stdout).map(({ file }) => file)).toEqual(
    ["B.PNG", "a.png", "c/1.pgm", "c/x.png/inside.png", "pages.tif"].map((path) => join(folder, path)),
  );
  expect(stderr).toMatch(/3 entries not scored, .*\.hidden\.png, .*Thumbs\.db, .*notes\.txt\./);
  expect(stderr).toMatch(/LTAD_IMAGE .*empty\.bmp: this is an empty file/);
  expect(stderr).toMatch(/pages\.tif: it has 2 pages or frames; only the first is scored/);
});

it("takes no mask for an image: in folders of any usual name, and beside the images", async () => {
  const folder = await temporaryFolder();
  const part = await readFile(join(data, "tile/test/good/0.png"));
  for (const path of [
    "a.png",
    "a_mask.png",
    "masks/a.png",
    "Ground_Truth/b.png",
    "gt/c.png",
    "b/mask.png",
    "a.map.png",
    "out/a.overlay.png",
  ]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), part);
  }
  const { stdout, stderr } = await ltad("predict", model, folder, "--json");
  expect(lines(stdout).map(({ file }) => file)).toEqual(["a.png", "b/mask.png"].map((path) => join(folder, path)));
  expect(stderr).toMatch(/6 entries not scored, .*Ground_Truth\/, .*a\.map\.png, .*a_mask\.png, .*gt\/, .*masks\/, .*a\.overlay\.png/);
});

it("follows a link to a folder only when it is named, and says so otherwise", async () => {
  const folder = await temporaryFolder();
  const link = join(folder, "parts");
  await symlink(join(data, "tile/test/good"), link);
  const named = await ltad("predict", model, link, "--json");
  expect(lines(named.stdout).map(({ file }) => file)).toContain(join(link, "0.png"));
  const above = await ltad("predict", model, folder);
  expect(above).toMatchObject({ code: 3, stdout: "" });
  expect(above.stderr).toContain(`no images in this folder; it contains ${link} (a link to a folder)`);
  await writeFile(join(folder, "a.png"), await readFile(join(data, "tile/test/good/0.png")));
  const beside = await ltad("predict", model, folder, "--json");
  expect(lines(beside.stdout).map(({ file }) => file)).toEqual([join(folder, "a.png")]);
  expect(beside.stderr).toMatch(/1 entry not scored, .*parts \(a link to a folder\)/);
});

it("keeps the order of paths where outputs need longer names", async () => {
  const { stdout } = await ltad("predict", model, data, "--out", await temporaryFolder(), "--json");
  const files = lines(stdout).map(({ file }) => file);
  expect(files).toEqual([...files].sort());
  expect(files.some((file) => file.includes("ground_truth"))).toBe(false);
  expect(files).toHaveLength(9);
});

it("finds a name that is too long for its outputs before the first image", async () => {
  const folder = await temporaryFolder();
  const part = await readFile(join(data, "tile/test/good/0.png"));
  for (const name of ["a", "ü".repeat(120), "z".repeat(250)]) await writeFile(join(folder, `${name}.png`), part);
  const out = await temporaryFolder();
  const { code, stdout, stderr } = await ltad("predict", model, folder, "--out", out);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/LTAD_CONFIG --out: .*z\.png: the names of its outputs would have more than 255 bytes.*Rename the image\./);
  expect(await readdir(out)).toEqual([]);
  expect((await ltad("predict", model, folder)).code).toBe(0);
});

it("finds an output that is a file before the first image", async () => {
  const file = join(await temporaryFolder(), "maps");
  await writeFile(file, "");
  const { code, stdout, stderr } = await ltad("predict", model, join(data, "nut/test/good/0.png"), "--out", file);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/maps: this is a file, not a folder/);
});

/** A data set as a camera of 12 bits saves it: the pictures of the 8-bit one, 16 times as bright, in files of 16 bits. */
async function twelveBit(): Promise<string> {
  const folder = join(await temporaryFolder(), "data");
  await cp(data, folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || file.includes("ground_truth")) continue;
    const { data: grey, info } = await sharp(file).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    const wide = Uint16Array.from(grey, (v) => 16 * v);
    const raw = { width: info.width, height: info.height, channels: 1 } as const;
    await writeFile(file, await sharp(wide, { raw }).toColourspace("grey16").png().toBuffer());
  }
  return folder;
}

it("scores 12 bits in 16-bit files as 8 bits, in predict and in eval, where the model knows the range", async () => {
  const twelve = await twelveBit();
  const ranged = await brightnessBundle(join(await temporaryFolder(), "model"), ["tile", "nut"], { range: 4095 });
  const scores = async (folder: string, set: string, ...more: string[]) =>
    lines((await ltad("predict", folder, join(set, "tile/test"), "--json", ...more)).stdout).map(({ score }) => score);
  const expected = await scores(model, data);
  for (const more of [[], ["--class", "tile"]]) {
    const found = await scores(ranged, twelve, ...more);
    for (const [i, score] of found.entries()) expect(Math.abs(score - expected[i]!)).toBeLessThan(0.004); // a grey level of 256
  }
  expect(Math.max(...(await scores(model, twelve)))).toBeLessThan(0.1); // without the range, 16 grey levels are left
  expect(await scores(ranged, data)).toEqual(expected); // 8 bits are as they were
  const out = await temporaryFolder();
  const { code } = await ltad("eval", ranged, twelve, "--out", out, "--quiet", "--cache-dir", await temporaryFolder());
  expect(code).toBe(0);
  const rows = (await readFile(join(out, "scores.csv"), "utf8")).split("\n").filter((row) => row.startsWith("tile/"));
  expect(rows.map((row) => Number(row.split(",")[3]))).toEqual(await scores(ranged, twelve, "--class", "tile"));
});

it("draws a large image at a smaller size, with the same score", async () => {
  const detector = await openDetector(model);
  const image = join(data, "tile/test/spot/0.png"); // 40 x 32
  const whole = await detector.predict(image, { overlay: true });
  const small = await detector.predict(image, { overlay: true, mostPixels: 320 });
  await detector.dispose();
  expect([small.width, small.height, small.map.length, small.score]).toEqual([20, 16, 320, whole.score]);
  expect(small.image).toEqual({ width: 40, height: 32 });
  expect(await sharp(small.overlay).metadata()).toMatchObject({ width: 20, height: 16 });
  expect(await sharp(whole.overlay).metadata()).toMatchObject({ width: 40, height: 32 });
});

it("refuses more pixels than are allowed, and takes them by an option", async () => {
  const image = join(data, "tile/test/spot/0.png");
  expect(await ltad("predict", model, image, "--max-pixels", "1279")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("--max-pixels N"),
  });
  expect((await ltad("predict", model, image, "--max-pixels", "1280")).code).toBe(0);
});
