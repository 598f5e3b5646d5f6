import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/workspace.js";
import { anchorsOf, type Link, linksOf } from "./links.js";
import { markdownFiles } from "./markdown-files.js";

const files = await markdownFiles();
const byPath = new Map(files.map((file) => [file.path, file]));
const readme = (target: string) => byPath.get(target) ?? byPath.get(`${target}/README.md`);
const anchors = new Map(files.map((file) => [file.path, anchorsOf(file)]));

function faultOf({ from, href, target, anchor }: Link): string[] {
  if (!existsSync(join(root, target))) return [`${from}: ${href} leads to no file`];
  const file = readme(target);
  if (anchor === "" || (!file && /^L\d+/.test(anchor))) return [];
  return file && anchors.get(file.path)?.has(anchor) ? [] : [`${from}: ${href} leads to no heading`];
}

describe("links of Markdown files", () => {
  it("are found in READMEs and in docs", () => {
    const from = new Set(files.flatMap(linksOf).map((link) => link.from));
    expect([...from]).toEqual(expect.arrayContaining(["README.md", "packages/jit/README.md", "docs/how-to/serving.md"]));
  });

  it.each(files.map((file) => [file.path, file] as const))("lead to files and headings that exist: %s", (_, file) => {
    expect(linksOf(file).flatMap(faultOf)).toEqual([]);
  });
});

describe("linksOf and anchorsOf", () => {
  it("read links, images and references, and leave other hosts and code alone", () => {
    const text = "[a](b.md#c) ![i](../x.png) [r][r] [w](https://a.b) `[n](n.md)`\n\n[r]: d/e.md\n";
    expect(linksOf({ path: "docs/p.md", text })).toEqual([
      { from: "docs/p.md", href: "b.md#c", target: "docs/b.md", anchor: "c" },
      { from: "docs/p.md", href: "../x.png", target: "x.png", anchor: "" },
      { from: "docs/p.md", href: "d/e.md", target: "docs/d/e.md", anchor: "" },
    ]);
  });

  it("make anchors as GitHub does", () => {
    const text = '---\ntitle: x\n---\n# What `it` is: a, b\n\n## Same\n\n## Same\n\n<a id="own"></a>\n';
    expect([...anchorsOf({ path: "p.md", text })]).toEqual(["what-it-is-a-b", "same", "same-1", "own"]);
  });
});
