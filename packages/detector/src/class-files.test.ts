import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng, encodeSafetensors, float32, sha256 } from "@ltad/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepTables } from "./class-tables.js";
import { openDetector } from "./detector.js";
import { loadBundle } from "./load-bundle.js";
import type { Manifest } from "./manifest.js";
import { sizes } from "./testing/sample-parts.js";
import { tinyParts, tinyPartsByClass } from "./testing/tiny-bundle.js";
import { loadBundle as loadInBrowser } from "./web/load-bundle.js";
import { type BundleParts, writeBundle } from "./write-bundle.js";

const { channels: C, tokens: N, zSize: Dz } = sizes;
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-classes-"));
  folder = join(root, "model");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const classFiles = async () => (await readdir(folder)).filter((name) => name.startsWith("class-"));

/** Five images: features and z. */
function images() {
  const rng = createRng("images");
  return { features: float32([5, N, C], rng.normals(5 * N * C)), z: float32([5, Dz], rng.normals(5 * Dz, 2)) };
}

async function scored(parts: BundleParts, labels: readonly number[], classMemory?: number) {
  await writeBundle(folder, parts);
  const detector = await openDetector(folder, { threads: 1, ...(classMemory !== undefined && { classMemory }) });
  const { features, z } = images();
  const found = await detector.score(features, z, Int32Array.from(labels));
  await detector.dispose();
  return found;
}

/** Edits model.json as a person or an attacker could. */
async function edit(change: (manifest: Manifest & Record<string, unknown>) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Manifest & Record<string, unknown>;
  change(manifest);
  await writeFile(join(folder, "model.json"), JSON.stringify(manifest));
}

/** Puts another file in the place of a class's, with the hash of the new one. */
async function replaceClass(content: Uint8Array): Promise<void> {
  const [name = ""] = await classFiles();
  await writeFile(join(folder, name), content);
  await edit((m) => Object.assign(m.files, { [name]: { sha256: sha256(content), bytes: content.length } }));
}

const message = (error: unknown) => `${(error as { code: string }).code} ${(error as Error).message}`;
const refusal = () => openDetector(folder, { threads: 1 }).then(() => "nothing", message);

describe("a bundle with a file for each class", () => {
  it.each([
    ["given", [0, 1, 1, 0, 1]],
    ["predicted", [-1, -1, -1, -1, -1]],
    ["both", [-1, 0, -1, 1, -1]],
  ])("scores a batch as one graph does that has all classes inside, classes %s", async (_, labels) => {
    const expected = await scored(tinyParts(), labels);
    for (const memory of [undefined, 1]) {
      const { distance, ...found } = await scored(tinyPartsByClass(), labels, memory);
      expect(found).toEqual(expected);
      expect(distance).toHaveLength(5);
    }
  });

  it("reads all classes when it is opened where they fit, and else each when it is needed", async () => {
    await writeBundle(folder, tinyPartsByClass());
    const whole = await openDetector(folder, { threads: 1 });
    const lazy = await openDetector(folder, { threads: 1, classMemory: 4 * C });
    const { features, z } = images();
    const score = (detector: typeof whole, label: number) => detector.score(features, z, new Int32Array(5).fill(label));
    await score(lazy, 1);
    for (const name of await classFiles()) await rm(join(folder, name));
    await score(whole, 0);
    await score(lazy, 1); // the last class is kept
    await expect(score(lazy, 0)).rejects.toThrow(/class-[0-9a-f]{12}\.safetensors: is missing from the bundle/);
    await Promise.all([whole.dispose(), lazy.dispose()]);
  });

  it("has one file for classes that are the same, and names of files that another bundle has", async () => {
    await writeBundle(folder, tinyPartsByClass(5));
    expect(await classFiles()).toHaveLength(2);
    const parts = tinyPartsByClass(5);
    const { manifest } = await loadBundle(folder);
    const stored = manifest.classes.map(({ file }) => ({ path: join(folder, file!), ...manifest.files[file!]! }));
    const copy = join(root, "copy");
    const written = await writeBundle(copy, { ...parts, byClass: { ...parts.byClass!, classes: stored } });
    expect(written.classes).toEqual(manifest.classes);
    for (const name of await classFiles()) expect((await stat(join(copy, name))).ino).toBe((await stat(join(folder, name))).ino);
    await writeBundle(folder, { ...parts, byClass: { ...parts.byClass!, classes: stored } }); // over itself
    await writeBundle(folder, tinyParts());
    expect(await classFiles()).toEqual([]);
    const detector = await openDetector(copy, { threads: 1 });
    expect(detector.classes).toHaveLength(5);
    await detector.dispose();
  });

  it("is read in a browser with all that is fetched counted, or class by class", async () => {
    const manifest = await writeBundle(folder, tinyPartsByClass());
    const fetched: string[] = [];
    const files = async (name: string, onProgress: (bytes: number) => void = () => {}) => {
      fetched.push(name.replace(/-.*/, ""));
      const bytes = new Uint8Array(await readFile(join(folder, name)));
      onProgress(bytes.length);
      return bytes;
    };
    let last: readonly number[] = [];
    const { byClass } = await loadInBrowser(files, (...bytes) => (last = bytes));
    expect(fetched.sort()).toEqual(["class", "class", "encoder", "head", "model.json", "nearest"]);
    const bytes = Object.entries(manifest.files).map(([name, file]) => (name.startsWith("weights") ? 0 : file.bytes));
    expect(last).toEqual([0, 0].map(() => bytes.reduce((sum, own) => sum + own, 0)));
    await byClass!.tables.of(1);
    expect(fetched).toHaveLength(6);
    const lazy = await loadInBrowser(files, () => {}, 1);
    expect(fetched).toHaveLength(10);
    expect(await lazy.byClass!.tables.of(0)).toEqual(await byClass!.tables.of(0));
    expect(fetched).toHaveLength(11);
  });
});

describe("a bundle with a file for each class is refused", () => {
  beforeEach(() => writeBundle(folder, tinyPartsByClass()));

  it("with a class that is damaged, cut off or missing", async () => {
    const [name = ""] = await classFiles();
    const content = await readFile(join(folder, name));
    const changed = Uint8Array.from(content);
    changed[changed.length - 1] = changed.at(-1)! ^ 1;
    await writeFile(join(folder, name), changed);
    expect(await refusal()).toMatch(/^LTAD_BUNDLE .*class-.*: is damaged: SHA-256/);
    await writeFile(join(folder, name), content.subarray(1));
    expect(await loadBundle(folder).catch(message)).toMatch(/class-.*: has \d+ bytes, expected \d+: it is truncated/);
    await rm(join(folder, name));
    expect(await loadBundle(folder).catch(message)).toMatch(/class-.*: is missing/);
  });

  it.each([
    [
      "of another shape",
      { "tables.usual": float32([1, C - 1]) },
      /has tables\.usual float32 \[1, 4\]; the head expects tables\.usual float32 \[1, 5\]/,
    ],
    ["of another name", { usual: float32([1, C]) }, /has usual float32 \[1, 5\]; the head expects/],
    ["of one more", { "tables.usual": float32([1, C]), more: float32([1]) }, /has more float32 \[1\], tables\.usual/],
  ])("with tables %s", async (_, arrays, expected) => {
    await replaceClass(encodeSafetensors(arrays));
    expect(await refusal()).toMatch(expected);
  });

  it("with a file of a class that is none, or larger than the head takes, which is not read", async () => {
    await replaceClass(new TextEncoder().encode("no tables"));
    expect(await refusal()).toMatch(/^LTAD_BUNDLE .*class-.*: cannot be read as the tables of a class/);
    await replaceClass(new Uint8Array(70_000));
    expect(await refusal()).toMatch(/classes\.\d\.file: expected at most 65556 bytes, which is what the head needs of a class/);
  });

  it.each<[string, (m: Manifest & Record<string, unknown>) => void, RegExp]>([
    [
      "outside the folder",
      (m) => Object.assign(m.classes[0]!, { file: "../class.safetensors" }),
      /classes\.0\.file: expected a plain file name/,
    ],
    [
      "that has no entry",
      (m) => Object.assign(m.classes[0]!, { file: "class.safetensors" }),
      /classes\.0\.file: expected a file that has an entry/,
    ],
    ["that is not named", (m) => Object.assign(m.classes[1]!, { file: undefined }), /classes\.1\.file: expected a file that has an entry/],
    ["in version 1", (m) => Object.assign(m, { version: 1 }), /version: expected 2, because there is graphs\.nearest/],
    ["and no graph that finds it", (m) => Object.assign(m.graphs, { nearest: undefined }), /graphs\.nearest: expected a graph/],
    [
      "with a free dimension",
      (m) => Object.assign(m.graphs.head.inputs["tables.usual"]!, { shape: [1, null] }),
      /graphs\.head\.inputs\.tables\.usual: expected float32 \[1, \.\.\.\]/,
    ],
  ])("with a class file %s", async (_, change, expected) => {
    await edit(change);
    expect(await loadBundle(folder).catch(message)).toMatch(expected);
  });

  it("when its graph finds a class that it does not have", async () => {
    await expect(scored(tinyPartsByClass(1), [-1, -1, -1, -1, -1])).rejects.toThrow(/nearest-.*: returned the class 1 of 1/);
  });
});

describe("the tables of classes", () => {
  const classes = Array.from({ length: 4 }, () => ({}));
  const manifest = { classes, graphs: { head: { inputs: { t: { dtype: "float32", shape: [1, 10] } } } } } as unknown as Manifest;

  it("of the classes that were used last are kept, and are read once at a time", async () => {
    const reads: number[] = [];
    const tables = keepTables(
      manifest,
      async (label) => {
        reads.push(label);
        return { t: float32([1, 10]) };
      },
      80, // two classes
    );
    expect(tables.fits).toBe(false);
    await Promise.all([tables.of(0), tables.of(0), tables.of(1)]);
    await tables.of(0);
    await tables.of(2); // 1 gives way
    await tables.of(0);
    await tables.of(1);
    expect(reads).toEqual([0, 1, 2, 1]);
    expect(keepTables(manifest, () => Promise.reject(new Error()), 160).fits).toBe(true);
  });

  it("are read again after a failure", async () => {
    let broken = true;
    const tables = keepTables(manifest, async () => {
      if (broken) throw new Error("no disk");
      return {};
    });
    await expect(tables.of(3)).rejects.toThrow("no disk");
    broken = false;
    await expect(tables.of(3)).resolves.toEqual({});
  });
});
