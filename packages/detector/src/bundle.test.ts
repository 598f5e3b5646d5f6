import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@ltad/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadBundle } from "./load-bundle.js";
import type { Manifest } from "./manifest.js";
import { sampleParts } from "./testing/sample-parts.js";
import { writeBundle } from "./write-bundle.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const parts = sampleParts(bytes("an encoder"), bytes("a head"));
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "ltad-bundle-")), "model");
});
afterEach(async () => rm(join(folder, ".."), { recursive: true, force: true }));

/** Edits model.json as a person or an attacker could. */
async function edit(change: (manifest: Record<string, unknown> & Manifest) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Record<string, unknown> & Manifest;
  change(manifest);
  await writeFile(join(folder, "model.json"), JSON.stringify(manifest));
}

describe("writeBundle and loadBundle", () => {
  it("give back what went in", async () => {
    const written = await writeBundle(folder, parts);
    const bundle = await loadBundle(folder);
    expect(bundle.manifest).toEqual(written);
    expect(bundle.manifest).toMatchObject({ ...parts.manifest, format: "ltad-bundle", version: 1 });
    expect([...bundle.encoder]).toEqual([...bytes("an encoder")]);
    expect([...bundle.head]).toEqual([...bytes("a head")]);
    expect(await bundle.weights()).toEqual(parts.weights);
  });

  it("read a bundle from before filters had a name as one of linear", async () => {
    await writeBundle(folder, { ...parts, manifest: { ...parts.manifest, features: { ...parts.manifest.features, kernel: "cubic" } } });
    expect((await loadBundle(folder)).manifest.features.kernel).toBe("cubic");
    await edit((m) => delete (m.features as { kernel?: string }).kernel);
    expect((await loadBundle(folder)).manifest.features.kernel).toBe("linear");
    await edit((m) => Object.assign(m.features, { kernel: "bicubic" }));
    await expect(loadBundle(folder)).rejects.toThrow("features.kernel: ");
  });

  it("replace a bundle and leave no file of the old one, but every other file", async () => {
    await writeBundle(folder, parts);
    await writeFile(join(folder, "report.html"), "kept");
    await writeFile(join(folder, "head-of-department.onnx"), "kept");
    await writeBundle(folder, { ...parts, head: { ...parts.head, model: bytes("a better head") } });
    expect((await loadBundle(folder)).head).toHaveLength("a better head".length);
    const names = (await readdir(folder)).map((name) => name.replace(/-[0-9a-f]{12}\./, "-HASH.")).sort();
    expect(names).toEqual([
      "encoder-HASH.onnx",
      "head-HASH.onnx",
      "head-of-department.onnx",
      "model.json",
      "report.html",
      "weights-HASH.safetensors",
    ]);
  });

  it("leave the old bundle whole, and nothing of the new one, when it cannot be finished", async () => {
    await writeBundle(folder, parts);
    const before = await readdir(folder);
    const inTheWay = `head-${sha256("new head").slice(0, 12)}.onnx`;
    await mkdir(join(folder, inTheWay, "x"), { recursive: true });
    const next = {
      ...parts,
      encoder: { ...parts.encoder, model: bytes("new encoder") },
      head: { ...parts.head, model: bytes("new head") },
    };
    await expect(writeBundle(folder, next)).rejects.toMatchObject({ code: "LTAD_WRITE" });
    expect((await loadBundle(folder)).head).toHaveLength("a head".length);
    expect((await readdir(folder)).sort()).toEqual([...before, inTheWay].sort());
  });

  it("refuse to write parts that contradict each other, before touching the folder", async () => {
    const wrong = { ...parts, manifest: { ...parts.manifest, features: { ...parts.manifest.features, tokens: 15 } } };
    await expect(writeBundle(folder, wrong)).rejects.toThrow(/features.tokens: expected grid \* grid = 16/);
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
  });

  it("say when there can be no folder at that place", async () => {
    await writeFile(folder, "a file");
    await expect(writeBundle(join(folder, "model"), parts)).rejects.toMatchObject({
      code: "LTAD_WRITE",
      message: expect.stringContaining(folder),
    });
    expect(await readFile(folder, "utf8")).toBe("a file");
  });
});

describe("loadBundle refuses", () => {
  const refusal = async () =>
    loadBundle(folder).then(
      () => "nothing",
      (error: Error & { code: string }) => `${error.code} ${error.message.replaceAll(folder, "DIR").replace(/-[0-9a-f]{12}\./g, "-HASH.")}`,
    );

  it("what is no bundle, and says what it found", async () => {
    expect(await refusal()).toMatch(/^LTAD_BUNDLE DIR: does not exist. A bundle is a folder/);
    await mkdir(folder);
    expect(await refusal()).toMatch(/no model.json, it is empty/);
    await writeFile(join(folder, "a.txt"), "");
    expect(await refusal()).toMatch(/no model.json, only a.txt/);
    await writeFile(join(folder, "model.json"), "{");
    expect(await refusal()).toMatch(/DIR\/model.json: is not JSON/);
    await writeFile(join(folder, "model.json"), '{"format":"layers-model"}');
    expect(await refusal()).toMatch(/expected "format": "ltad-bundle", received "layers-model"/);
    await writeFile(join(folder, "model.json"), "[".repeat(200_000) + "]".repeat(200_000));
    expect(await refusal()).toMatch(/received none/);
  });

  it("a file in place of a folder", async () => {
    await writeFile(folder, "");
    expect(await refusal()).toMatch(/DIR: is a file, not a folder/);
  });

  it("a newer version, whatever else is in it", async () => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { version: 3, novelty: true }));
    expect(await refusal()).toMatch(/has version 3, which a newer ltad wrote; this one reads versions up to 2. Upgrade/);
  });

  it("faults in model.json, all at once with their paths", async () => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { seed: "3", features: { ...m.features, grid: 0 }, novelty: true }));
    const message = await refusal();
    for (const part of ["seed: ", "features.grid: ", "novelty"]) expect(message).toContain(part);
  });

  it.each([
    ["tiles that begin elsewhere", [8, 16]],
    ["a gap between tiles", [0, 17]],
    ["tiles off the grid", [0, 4, 16]],
    ["tiles in disorder", [0, 8, 8, 16]],
    ["tiles beyond the input", [0, 8, 24]],
    ["tiles that end before the input", [0, 8]],
  ])("%s", async (_, starts) => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m.features, { tiles: { size: 16, starts: [0, 8, 16] } }));
    expect((await loadBundle(folder)).manifest.features.tiles).toEqual({ size: 16, starts: [0, 8, 16] });
    await edit((m) => Object.assign(m.features, { tiles: { size: 16, starts } }));
    expect(await refusal()).toMatch(/features\.tiles: expected starts in steps of features\.gridStride from 0/);
  });

  it.each([
    ["too long", "x".repeat(257)],
    ["empty", ""],
    ["with half a character", "a\ud800"],
    ["with a character that drives a terminal", "a\u001b[2J"],
  ])("a class name that is %s", async (_, name) => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { classes: [{ ...m.classes[0], name }] }));
    expect(await refusal()).toMatch(/classes\.0\.name: /);
  });

  it("config so deep that it cannot be checked", async () => {
    await writeBundle(folder, parts);
    const text = await readFile(join(folder, "model.json"), "utf8");
    await writeFile(
      join(folder, "model.json"),
      text.replace('"score": {', `"score": {"x": ${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)},`),
    );
    expect(await refusal()).toMatch(/LTAD_BUNDLE/);
  });

  it.each(["../head.onnx", "/etc/passwd", "a/b.onnx", ".hidden.onnx", "a\\b.onnx", "C:x.onnx", "__proto__"])(
    "the file name %s",
    async (name) => {
      await writeBundle(folder, parts);
      await edit((m) => {
        const entry = m.files[m.graphs.head.file];
        Object.assign(m, { files: { ...m.files, [name]: entry }, graphs: { ...m.graphs, head: { ...m.graphs.head, file: name } } });
      });
      expect(await refusal()).toMatch(/graphs.head.file: expected a plain file name/);
    },
  );

  it("a class that comes twice, in two spellings of Unicode", async () => {
    await writeBundle(folder, parts);
    const names = ["D\u00fcbel", "Du\u0308bel"];
    await edit((m) => Object.assign(m, { classes: m.classes.map((own, i) => ({ ...own, name: names[i] })) }));
    expect(await refusal()).toMatch(/classes: expected different names/);
    await edit((m) => Object.assign(m, { classes: m.classes.map((own, i) => ({ ...own, name: ["Du\u0308bel", "nut"][i] })) }));
    expect((await loadBundle(folder)).manifest.classes[0]!.name).toBe("D\u00fcbel");
  });

  it("words of endless length and words that drive a terminal, in a message that has neither", async () => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { features: { ...m.features, ["\u001b[2J".repeat(2000)]: 1 } }));
    const message = await refusal();
    expect(message.length).toBeLessThan(2500);
    expect(message).toMatch(/features.*\\u001b\[2J.*Write the bundle again\.$/s);
    expect(message).not.toContain("\u001b");
  });

  it("sides that no memory holds", async () => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { encoder: { ...m.encoder, inputSize: 1e6 }, features: { ...m.features, inputSize: 1e6 } }));
    expect(await refusal()).toMatch(/inputSize: /);
  });

  it("a file that is missing, cut off or changed, by name", async () => {
    await writeBundle(folder, parts);
    const { graphs, weights } = (await loadBundle(folder)).manifest;
    await writeFile(join(folder, graphs.head.file), "A HEAD");
    expect(await refusal()).toMatch(/DIR\/head-HASH.onnx: is damaged: SHA-256/);
    await writeFile(join(folder, graphs.head.file), "a he");
    expect(await refusal()).toMatch(/DIR\/head-HASH.onnx: has 4 bytes, expected 6: it is truncated/);
    await rm(join(folder, graphs.head.file));
    await mkdir(join(folder, graphs.head.file));
    expect(await refusal()).toMatch(/DIR\/head-HASH.onnx: is not a file/);
    await writeBundle(`${folder}2`, parts);
    await rm(join(`${folder}2`, weights.file));
    await expect(loadBundle(`${folder}2`)).rejects.toThrow(/weights-[0-9a-f]{12}.safetensors: is missing from the bundle/);
  });

  it("a manifest that names no entry for its graph", async () => {
    await writeBundle(folder, parts);
    await edit((m) => Object.assign(m, { files: {} }));
    expect(await refusal()).toMatch(/files: expected an entry for encoder-HASH.onnx/);
  });
});

it("a reader that races a writer gets the old or the new bundle, never a mixture", async () => {
  const write = (seed: number) =>
    writeBundle(folder, { ...parts, manifest: { ...parts.manifest, seed }, head: { ...parts.head, model: bytes(`head ${seed}`) } });
  await write(0);
  const state = { writing: true };
  const writer = (async () => {
    for (let seed = 1; seed <= 12; seed++) await write(seed);
    state.writing = false;
  })();
  const seen: string[] = [];
  while (state.writing) {
    const { manifest, head } = await loadBundle(folder);
    seen.push(`head ${manifest.seed} is ${new TextDecoder().decode(head)}`);
  }
  await writer;
  expect(seen.length).toBeGreaterThan(1);
  for (const line of seen) expect(line).toMatch(/^(head \d+) is \1$/);
});
