import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../architecture/workspace.js";
import { codeBlocks } from "./code-blocks.js";
import { markdownFiles } from "./markdown-files.js";
import { typeFaults } from "./type-check.js";

// The blocks become modules below tools/, from where every @ltad package resolves, and run on the sources in a process and an
// empty working folder of their own.

const modules = join(root, "tools/.cache/docs");
const blocks = (await markdownFiles()).flatMap(({ path, text }) => codeBlocks(path, text));
const fileOf = (place: string) => join(modules, `${place.replace(/[^\w]+/g, "-")}.ts`);

beforeAll(async () => {
  await rm(modules, { recursive: true, force: true });
  await mkdir(modules, { recursive: true });
  await Promise.all(blocks.map(({ place, code }) => writeFile(fileOf(place), `${code}\nexport {};\n`)));
});
afterAll(() => rm(modules, { recursive: true, force: true }));

describe("code blocks of READMEs and docs", () => {
  it("are found: those of @ltad/core are", () => {
    expect(blocks.filter(({ place }) => place.startsWith("packages/core/README.md:")).length).toBeGreaterThan(0);
  });

  it.each(blocks.filter(({ runs }) => runs).map((block) => [block.place, block] as const))(
    "%s runs and prints what it says",
    async (place, { prints }) => {
      const printed = await runModule(fileOf(place));
      expect(prints.length > 0 ? printed : prints).toEqual(prints);
    },
  );

  it("have no type faults for a user with plain strict", () => {
    const files = blocks.map(({ place }) => fileOf(place));
    expect(typeFaults(root, files, { noUncheckedIndexedAccess: false, exactOptionalPropertyTypes: false })).toEqual([]);
  });
});

async function runModule(file: string): Promise<string[]> {
  const cwd = await mkdtemp(join(tmpdir(), "ltad-docs-"));
  const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), file];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, options, {
      cwd,
      timeout: 55_000,
      env: { ...process.env, NO_COLOR: "1" },
    });
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd());
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

describe("codeBlocks", () => {
  it("finds blocks by their mark, with place and expected lines", () => {
    const markdown =
      "# x\n\n```ts\na(); // => 1\nb(); // => [ 2 ]\n```\n\n```ts no-run\nc();\n```\n\n```ts sketch\nd()\n```\n\n```js\ne()\n```\n";
    expect(codeBlocks("R.md", markdown)).toEqual([
      { place: "R.md:4", code: "a(); // => 1\nb(); // => [ 2 ]\n", runs: true, prints: ["1", "[ 2 ]"] },
      { place: "R.md:9", code: "c();\n", runs: false, prints: [] },
    ]);
  });
});
