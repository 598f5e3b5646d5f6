import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/workspace.js";
import { quotingFaults } from "./quoted-tests.js";

const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined);

describe("docs/method.md", () => {
  const markdown = readFileSync(join(root, "docs/method.md"), "utf8");

  it("names files, declarations and tests that exist", () => {
    expect(quotingFaults("docs/method.md", markdown, read)).toEqual([]);
  });

  it("quotes more than a hundred tests, each after the link of its file", () => {
    const wrong = markdown.replaceAll(/"([^"\n]+)"/g, '"$1!"');
    const faults = quotingFaults("docs/method.md", wrong, read);
    expect(faults.length).toBeGreaterThan(100);
    expect(faults.every((fault) => /\.test\.ts: no test ".*!"$/.test(fault))).toBe(true);
  });
});

describe("quotingFaults", () => {
  const files: Readonly<Record<string, string>> = {
    "src/a.ts": "export function add() {}\n",
    "src/a.test.ts": 'describe("add", () => { it.each([1])("adds %d", run); });\n',
  };
  const faultsOf = (text: string) =>
    quotingFaults("docs/page.md", `${text}\n\n[a]: ../src/a.ts\n[t-a]: ../src/a.test.ts\n`, (path) => files[path]);

  it("accepts what is there, and leaves code alone", () => {
    expect(faultsOf('[`add`][a] · [a][t-a] "add", "adds %d"; `"code"`')).toEqual([]);
  });

  it.each([
    ['[a][t-a] "adds"', 'src/a.test.ts: no test "adds"'],
    ['[a][t-a] "add" · [`add`][a] "adds %d"', 'docs/page.md: no test "adds %d"'],
    ["[`ad`][a]", "src/a.ts: no declaration of ad"],
    ["[`add`][b]", "docs/page.md: [b] is not defined"],
    ["\n[c]: ../src/c.ts", "src/c.ts: no such file"],
  ])("finds the fault in %j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });
});
