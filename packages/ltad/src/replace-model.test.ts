import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDetector, readManifest, storeCheck, writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./cli/testing/test-io.js";
import { replaceModel } from "./replace-model.js";

const options = { force: false, trained: undefined, command: "ltad add-class model gear" };

async function modelFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), "model");
  await writeBundle(folder, tinyParts());
  await storeCheck(folder);
  await writeFile(join(folder, "config.yaml"), "# ltad train data\npreset: fast\n");
  await writeFile(join(folder, "report.html"), "numbers of the old one");
  return folder;
}

/** The parts of another version. */
function otherParts() {
  const parts = tinyParts();
  return { ...parts, manifest: { ...parts.manifest, seed: 77 } };
}

const filesIn = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true })).flatMap((entry) => (entry.isFile() ? [entry.name] : []));

describe("a new version of a model", () => {
  it("takes its place whole, and the one before is kept whole", async () => {
    const folder = await modelFolder();
    const before = await filesIn(folder);
    const kept = await replaceModel(folder, otherParts(), options);
    expect(kept).toBe(join(folder, "before", "1"));
    expect((await filesIn(kept!)).sort()).toEqual(before.sort());
    for (const [place, seed] of [
      [kept!, 9],
      [folder, 77],
    ] as const) {
      const detector = await openDetector(place);
      expect(detector.manifest.seed === 77).toBe(seed === 77);
      expect(detector.manifest.check).toBeDefined();
      await detector.dispose();
    }
    expect(await filesIn(folder)).not.toContain("report.html");
    expect(await readFile(join(folder, "config.yaml"), "utf8")).toBe(
      "# ltad train data\npreset: fast\n# then: ltad add-class model gear\n",
    );
    expect(await readFile(join(kept!, "config.yaml"), "utf8")).toBe("# ltad train data\npreset: fast\n");
  });

  it("leaves nothing of the one before with force, and counts the ones that are kept", async () => {
    const folder = await modelFolder();
    expect(await replaceModel(folder, otherParts(), { ...options, force: true })).toBeUndefined();
    expect(existsSync(join(folder, "before"))).toBe(false);
    expect(await replaceModel(folder, tinyParts(), options)).toBe(join(folder, "before", "1"));
    expect(await replaceModel(folder, otherParts(), options)).toBe(join(folder, "before", "2"));
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("does not take its place when it cannot be opened", async () => {
    const folder = await modelFolder();
    const before = await readFile(join(folder, "model.json"));
    const parts = otherParts();
    const broken = { ...parts, head: { ...parts.head, model: Uint8Array.of(1, 2, 3) } };
    await expect(replaceModel(folder, broken, options)).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
    expect(await readFile(join(folder, "model.json"))).toEqual(before);
    expect(await readdir(folder)).toEqual(expect.not.arrayContaining([".next", "before"]));
  });

  it("is written over what a crash has left beside", async () => {
    const folder = await modelFolder();
    for (const left of [".next", "before/.part"]) {
      await mkdir(join(folder, left), { recursive: true });
      await writeFile(join(folder, left, "model.json"), "half a file");
    }
    await replaceModel(folder, otherParts(), options);
    expect((await readManifest(folder)).seed).toBe(77);
    expect(await readdir(join(folder, "before"))).toEqual(["1"]);
  });
});

it("lists its training images in the order of the classes' sizes", async () => {
  const folder = await modelFolder();
  const { classes } = await readManifest(folder);
  const trained = classes.map(({ name }) => ({ name, images: [{ id: `${name}/train/good/0.png`, file: `/data/${name}/0.png` }] }));
  await replaceModel(folder, tinyParts(), { ...options, trained });
  const list = await readFile(join(folder, "train-images.txt"), "utf8");
  const order = [...classes].sort((a, b) => a.order - b.order).map(({ name }) => name);
  expect(list).toContain(`# order: ${JSON.stringify(order)}`);
  expect(list.split("\n").filter((line) => line && !line.startsWith("#"))).toEqual(order.map((name) => `${name}/train/good/0.png`));
  expect(JSON.parse(await readFile(join(folder, "training-files.json"), "utf8"))).toEqual(trained);
});
