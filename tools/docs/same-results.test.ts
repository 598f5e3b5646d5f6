import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

/** The rows of the table of results. */
async function resultsOf(path: string): Promise<string[]> {
  const lines = (await readFile(new URL(`../../${path}`, import.meta.url), "utf8")).split("\n");
  const first = lines.findIndex((line) => line.startsWith("| six industrial classes"));
  return lines.slice(first, lines.indexOf("", first));
}

it("the README and the first page of the site show the same results", async () => {
  const results = await resultsOf("README.md");
  expect(results.length).toBeGreaterThan(4);
  expect(await resultsOf("docs/index.md")).toEqual(results);
});
