import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { readWorkspace, root } from "../architecture/workspace.js";
import { typeFaults } from "../docs/type-check.js";
import { isBuilt } from "../house/fingerprint.mjs";
import { npmPack } from "../release/npm-pack.mjs";
import { publintFaults } from "../release/package-faults.mjs";
import { exportsOf, makeProject, manage, Unreachable } from "./empty-project.js";

// Each package is packed by npm as it would be published and installed alone by pnpm, whose strict node_modules hides what is not declared;
// all of them are installed together by npm, and a TypeScript user compiles against them.

const packages = readWorkspace().filter(({ manifest }) => !manifest.private);
const entries = packages.flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).map((entry) => join(manifest.name, entry)));
const built = isBuilt();
let place = "";
let tarballs: Record<string, string> = {};
/** Nothing is hoisted to where our packages could borrow it, but `long`, which TF.js 4.22 requires without declaring it. */
const strict = ["--ignore-workspace", "--reporter=append-only", "--config.hoist-pattern=long"];

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "ltad-pack-")); // outside the repository, whose node_modules would lend what is missing
  if (!built) return;
  const packed = await npmPack(
    packages.map(({ folder }) => folder),
    join(place, "packed"),
  );
  tarballs = Object.fromEntries([...packed].map(([name, { tarball }]) => [name, tarball]));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000", "--fetch-timeout=30000"];
let away = "";

/** Installs, or skips the test with the reason when the registry is away. */
async function install(skip: TestContext["skip"], tool: "npm" | "pnpm", folder: string, args: readonly string[]) {
  if (away) skip(away);
  try {
    await manage(tool, ["install", "--ignore-scripts", "--prefer-offline", ...patience, ...args], folder);
  } catch (error) {
    if (error instanceof Unreachable) skip((away = error.message));
    throw error;
  }
}

describe.skipIf(!built)("packed (npm run build comes first)", () => {
  describe.each(packages.map(({ manifest, folder }) => [manifest.name, manifest, folder] as const))("%s", (name, manifest) => {
    it("is clean for publint", async () => {
      expect(await publintFaults(tarballs[name])).toEqual([]);
    });

    it("installs alone and each entry loads", async ({ skip }) => {
      const folder = join(place, name);
      await makeProject(folder, tarballs, [name]);
      await install(skip, "pnpm", folder, strict);
      expect(await readdir(join(folder, "node_modules", name))).toEqual(
        expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "src"]),
      );
      const own = Object.keys(manifest.exports ?? {}).map((entry) => join(name, entry));
      for (const entry of own.filter((entry) => !entry.endsWith("/testing"))) expect(await exportsOf(entry, folder), entry).not.toEqual([]);
    }, 240_000);
  });

  it("all together install by npm and type-check for a user", async ({ skip }) => {
    const folder = join(place, "user");
    await makeProject(folder, tarballs, Object.keys(tarballs));
    await install(skip, "npm", folder, ["--no-audit", "--no-fund", "--loglevel=error"]);
    const main = join(folder, "main.ts");
    await writeFile(
      main,
      `${entries.map((entry, i) => `import * as m${i} from "${entry}";`).join("\n")}\nexport default [${entries.map((_, i) => `m${i}`).join()}];\n`,
    );
    const options = {
      noEmit: true,
      customConditions: [],
      skipLibCheck: false,
      typeRoots: [join(root, "node_modules/@types")],
      types: ["node"],
    };
    expect(typeFaults(root, [main], options, (path) => path.includes("/user/node_modules/@ltad/"))).toEqual([]);
  }, 240_000);
});
