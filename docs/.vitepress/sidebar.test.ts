import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { DefaultTheme } from "vitepress";
import { readPackages, root } from "./repository.js";
import { sidebar } from "./sidebar.js";

const linksOf = (items: readonly DefaultTheme.SidebarItem[]): string[] =>
  items.flatMap(({ link, items: below = [] }) => [...(link ? [link] : []), ...linksOf(below)]);

/** In a process of its own: Vite must not see the conditions that these tests run under. */
async function pagesOfConfig(): Promise<string[]> {
  const main = join(root, "docs/.vitepress/main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), main, "pages"], { cwd: root });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as string[];
}

describe("the site", async () => {
  const pages = await pagesOfConfig();
  const written = pages.filter((page) => !page.startsWith("api/")).map((page) => `/${page.replace(/\.md$/, "")}`);
  const links = linksOf(sidebar()).filter((link) => !link.startsWith("/api/"));

  it("has every page in its sidebar, once", () => {
    expect(links.toSorted()).toEqual(written.filter((page) => page !== "/index").toSorted());
  });

  it("has a page for the README of each package", () => {
    expect(written).toEqual(expect.arrayContaining(readPackages().map(({ folder }) => `/packages/${folder}`)));
  });

  it("leads to the API of each package", () => {
    const api = linksOf(sidebar()).filter((link) => link.startsWith("/api/"));
    expect(api).toEqual(expect.arrayContaining(["/api/", ...readPackages().map(({ name }) => `/api/${name}`)]));
  });
});
