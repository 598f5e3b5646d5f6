import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { entriesOf, type Manifest, readWorkspace, root } from "./workspace.js";

const rootManifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const members = readWorkspace();
const names = new Set(members.map(({ manifest }) => manifest.name));
const packages = members.filter(({ folder }) => folder.startsWith("packages/"));

describe.each(members.map((member) => [member.folder, member] as const))("%s", (folder, { manifest }) => {
  it("has a name, a version, a licence, a description and the Node of this repository; the version is the one of @ltad/core", () => {
    expect(manifest.name).toMatch(/^(@ltad\/[a-z-]+|ltad)$/);
    expect(manifest).toMatchObject({ version, license: "Apache-2.0", type: "module" });
    expect(manifest.engines).toEqual(rootManifest.engines);
    expect(manifest.description).toMatch(/^[A-Z].{20,}\.$|^[A-Z].{20,}[^.]$/);
  });

  it("says where it comes from: `npm run manifests` writes it", () => {
    const directory: unknown = expect.objectContaining({ directory: folder });
    expect(manifest).toMatchObject({
      repository: directory,
      homepage: expect.stringContaining(folder) as string,
      bugs: { url: expect.any(String) as string },
    });
    expect(manifest).toMatchObject({
      author: expect.any(String) as string,
      keywords: expect.arrayContaining(["anomaly-detection"]) as string[],
    });
  });

  it("needs our own packages in the one version, which is what pnpm links and npm can install", () => {
    const ours = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([name]) => names.has(name));
    expect(ours.filter(([, range]) => range !== version)).toEqual([]);
  });

  it("has a README that begins with its name and one sentence", () => {
    const readme = join(root, folder, "README.md");
    expect(existsSync(readme), readme).toBe(true);
    expect(readFileSync(readme, "utf8")).toMatch(new RegExp(`^# (${manifest.name}|${folder.split("/").at(-1)}|ltad)\\n\\n[A-Z\`]`));
  });
});

describe.each(packages.map((member) => [member.folder, member] as const))("%s can be published", (folder, { manifest }) => {
  it("names source, types and built file for each entry, in this order, and builds them all", () => {
    const entries = Object.entries(manifest.exports ?? {});
    expect(entries.map(([name]) => name)).toContain(".");
    for (const [name, targets] of entries) {
      const file = name === "." ? "index" : name.slice(2);
      const expected = { "@ltad/source": `./src/${file}.ts`, types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` };
      expect(Object.entries(targets), name).toEqual(Object.entries(expected));
    }
    const sources = entries.map(([, targets]) => `${folder}/${(targets["@ltad/source"] ?? "").slice(2)}`);
    expect(entriesOf(folder)).toEqual(expect.arrayContaining(sources));
  });

  it("ships its build and its sources, not its tests", () => {
    const files = manifest.files ?? [];
    expect(files).toEqual(expect.arrayContaining(["dist", "src", "!src/**/*.test.ts", "!src/**/__fixtures__"]));
    expect(files.filter((name) => !name.startsWith("!") && name !== "CHANGELOG.md")).toHaveLength(2);
    expect(manifest).toMatchObject({ sideEffects: false, publishConfig: { access: "public" } });
    expect(manifest.private ?? false).toBe(false);
  });

  it("holds the names of its index by a snapshot", () => {
    const test = join(root, folder, "src/index.test.ts");
    expect(existsSync(test), test).toBe(true);
    expect(readFileSync(test, "utf8")).toContain("toMatchInlineSnapshot(");
    expect(readFileSync(join(root, folder, "src/index.ts"), "utf8")).not.toMatch(/export \*/);
  });
});
