import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npmPack } from "./npm-pack.mjs";
import { fileFaults, publintFaults, typesFaults } from "./package-faults.mjs";

const good = {
  name: "@ltad/good",
  version: "1.0.0",
  type: "module",
  license: "MIT",
  repository: { type: "git", url: "git+https://example.com/x.git" },
  sideEffects: false,
  files: ["dist"],
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  dependencies: { "@ltad/core": "1.0.0" },
};
const bad = {
  ...good,
  name: "bad",
  exports: { ".": { types: "./dist/missing.d.ts", default: "./dist/index.js" } },
  dependencies: { "@ltad/core": "workspace:*" },
};
let place = "";
let packed: Awaited<ReturnType<typeof npmPack>>;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "ltad-faults-"));
  for (const manifest of [good, bad]) {
    const folder = join(place, manifest.name);
    await mkdir(join(folder, "dist"), { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await writeFile(join(folder, "dist/index.js"), "export const x = 1;\n");
    await writeFile(join(folder, "dist/index.d.ts"), "export declare const x: number;\n");
    await writeFile(join(folder, "dist/index.test.ts"), "");
  }
  packed = await npmPack([join(place, good.name), join(place, bad.name)], join(place, "packed"));
});
afterAll(() => rm(place, { recursive: true, force: true }));
const tarballOf = (name: string) => packed.get(name)?.tarball ?? "";

describe("a package that npm has packed", () => {
  it("has no fault when its types and its files are right", async () => {
    expect(await publintFaults(tarballOf(good.name))).toEqual([]);
    expect(await typesFaults(tarballOf(good.name))).toEqual([]);
  });

  it("has one for each range that npm cannot install and each path that is not there", async () => {
    const faults = await publintFaults(tarballOf(bad.name));
    expect(faults).toContain('a dependency is "workspace:", which npm cannot install');
    expect(faults.join("\n")).toContain("missing.d.ts");
    expect(await typesFaults(tarballOf(bad.name))).not.toEqual([]);
  });

  it("has one for each file too many or missing", () => {
    expect(fileFaults(packed.get(good.name)?.files ?? [])).toEqual(["ships dist/index.test.ts", "ships no LICENSE", "ships no README.md"]);
    expect(fileFaults(["LICENSE", "README.md", "src/index.ts"])).toEqual(['ships nothing in dist: run "npm run build" first']);
  });
});
