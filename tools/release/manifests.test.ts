import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "@ltad/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../house/run.mjs";
import { manifestOf } from "./manifest-of.mjs";
import { outdatedFiles, writeDerivedFiles } from "./manifests.mjs";
import { readMembers } from "./members.mjs";
import { project } from "./project.mjs";

const members = readMembers();

describe("the packages of this repository", () => {
  it("say what project.mjs and the version of @ltad/core say: `npm run manifests` writes it", () => {
    expect(outdatedFiles().map(([path]) => path)).toEqual([]);
  });

  it("all have the version that @ltad/core exports", () => {
    expect(members.filter(({ manifest }) => manifest["version"] !== version).map(({ folder }) => folder)).toEqual([]);
  });

  it("are public, apart from those that project.mjs names and the apps that are still private", () => {
    const hidden = members.filter(({ isPublic, folder }) => !isPublic && !folder.startsWith("apps/"));
    expect(hidden.map(({ manifest }) => String(manifest["name"])).toSorted()).toEqual(project.privateMembers.toSorted());
    expect(members.filter(({ isPublic, folder }) => isPublic && !/^(packages|apps)\//.test(folder))).toEqual([]);
  });
});

describe("manifestOf", () => {
  const place = { folder: "packages/x", version: "2.0.0", ours: ["@ltad/core", "ltad"], hasChangelog: true };
  const manifest = {
    name: "x",
    version: "1.0.0",
    description: "Something.",
    license: "MIT",
    files: ["dist"],
    dependencies: { "@ltad/core": "workspace:*", sharp: "^1.0.0" },
    peerDependencies: { ltad: "1.0.0" },
  };

  it("sets addresses, version, our ranges and the change log, and leaves the rest", () => {
    expect(manifestOf(manifest, place)).toEqual({
      name: "x",
      version: "2.0.0",
      description: "Something.",
      keywords: project.keywords.toSorted(),
      homepage: `${project.repository}/tree/main/packages/x#readme`,
      bugs: { url: `${project.repository}/issues` },
      license: "MIT",
      author: project.author,
      repository: { type: "git", url: `git+${project.repository}.git`, directory: "packages/x" },
      files: ["dist", "CHANGELOG.md"],
      dependencies: { "@ltad/core": "2.0.0", sharp: "^1.0.0" },
      peerDependencies: { ltad: "2.0.0" },
    });
  });

  it("gives the same when it is applied again", () => {
    const once = manifestOf(manifest, place);
    expect(JSON.stringify(manifestOf(once, place))).toBe(JSON.stringify(once));
  });

  it("leaves the change log out where there is none, and keeps a private package private", () => {
    const without = manifestOf({ ...manifest, private: true, files: ["dist", "CHANGELOG.md"] }, { ...place, hasChangelog: false });
    expect(without).toMatchObject({ private: true, files: ["dist"] });
  });
});

describe("writeDerivedFiles", () => {
  let base = "";
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), "ltad-manifests-"));
    await cp(join(root, "LICENSE"), join(base, "LICENSE"));
    await writeFile(join(base, "package.json"), '{ "name": "top", "private": true }');
    await mkdir(join(base, "packages/core/src"), { recursive: true });
    await mkdir(join(base, "apps/new"), { recursive: true });
    await writeFile(join(base, "packages/core/package.json"), '{ "name": "@ltad/core", "version": "0.9.0", "files": ["dist"] }');
    await writeFile(join(base, "apps/new/package.json"), '{ "name": "new", "dependencies": { "@ltad/core": "workspace:*" } }');
  });
  afterAll(() => rm(base, { recursive: true, force: true }));

  it("finds a new package by itself, bumps everything to the version of core, and writes nothing the second time", async () => {
    const written = ["packages/core/src/version.ts", "package.json", "packages/core/package.json", "packages/core/LICENSE"];
    expect(writeDerivedFiles(base)).toEqual([...written, "apps/new/package.json", "apps/new/LICENSE"]);
    expect(JSON.parse(await readFile(join(base, "apps/new/package.json"), "utf8"))).toMatchObject({
      version: "0.9.0",
      dependencies: { "@ltad/core": "0.9.0" },
    });
    expect(await readFile(join(base, "packages/core/src/version.ts"), "utf8")).toContain('export const version = "0.9.0";');
    expect(writeDerivedFiles(base)).toEqual([]);
  });
});
