import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../architecture/workspace.js";
import { codeBlocks } from "./code-blocks.js";
import { markdownFiles } from "./markdown-files.js";
import { typeFaults } from "./type-check.js";

// The blocks become modules below tools/, from where every @ltad package resolves. They run on the sources, one after another in one process,
// each in an empty working folder.

interface Printed {
  readonly printed: readonly string[];
  readonly fault: string | undefined;
}

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
  const running = blocks.filter(({ runs }) => runs);
  let ran: ReadonlyMap<string, Printed>;
  beforeAll(async () => {
    ran = await runModules(running.map(({ place }) => fileOf(place)));
  }, 600_000);

  it("are found: those of @ltad/core are", () => {
    expect(blocks.filter(({ place }) => place.startsWith("packages/core/README.md:")).length).toBeGreaterThan(0);
  });

  it.each(running.map((block) => [block.place, block] as const))("%s runs and prints what it says", (place, { prints }) => {
    const { printed, fault } = ran.get(fileOf(place))!;
    expect(fault).toBeUndefined();
    expect(prints.length > 0 ? printed : prints).toEqual(prints);
  });

  it("have no type faults for a user with plain strict", () => {
    const files = blocks.map(({ place }) => fileOf(place));
    expect(typeFaults(root, files, { noUncheckedIndexedAccess: false, exactOptionalPropertyTypes: false })).toEqual([]);
  });
});

/** What each module printed, by its file. @throws Error when the process does not end by itself, or with a fault */
async function runModules(files: readonly string[]): Promise<ReadonlyMap<string, Printed>> {
  const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), join(root, "tools/docs/run-modules.ts")];
  const mark = `#${randomUUID()}`;
  const { stdout } = await promisify(execFile)(process.execPath, [...options, mark, ...files], {
    cwd: modules,
    timeout: 590_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return new Map(
    stdout
      .split(`${mark} `)
      .slice(1)
      .map((part) => printedOf(part, mark)),
  );
}

function printedOf(part: string, mark: string): [file: string, Printed] {
  const [file = "", ...lines] = part.split("\n").map((line) => line.trimEnd());
  const [printed = "", fault] = lines.join("\n").split(`${mark}!`);
  return [file, { printed: printed.trimEnd().split("\n"), fault }];
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
