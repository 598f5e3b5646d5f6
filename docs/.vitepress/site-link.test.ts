import { expect, it } from "vitest";
import { repositoryUrl } from "./repository.js";
import { siteLink } from "./site-link.js";

it.each([
  ["docs/concepts.md", "glossary.md#pi", "/glossary#pi"],
  ["docs/how-to/serving.md", "../gpu.md", "/gpu"],
  ["docs/method.md", "../packages/jit/README.md#measured", "/packages/jit#measured"],
  ["docs/method.md", "../packages/jit", "/packages/jit"],
  ["docs/method.md", "../packages/jit/src/jit.ts", `${repositoryUrl}/blob/main/packages/jit/src/jit.ts`],
  ["docs/index.md", "#install", "#install"],
  ["docs/index.md", "https://example.org/x.md", "https://example.org/x.md"],
  ["packages/train/README.md", "../../docs/method.md", "/method"],
  ["packages/train/README.md", "../detector", "/packages/detector"],
  ["packages/train/README.md", "../../bench/realbench/README.md", `${repositoryUrl}/blob/main/bench/realbench/README.md`],
])("siteLink leads from %s by %s to %s", (from, href, expected) => {
  expect(siteLink(from, href)).toBe(expected);
});
