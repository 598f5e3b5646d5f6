import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { readPackages, root } from "./repository.js";

type Item = DefaultTheme.SidebarItem;

/** The sidebar: one list of groups for every page. Titles come from the pages; decisions and packages are found. */
export function sidebar(): Item[] {
  return [
    group("Start", ["getting-started", "tutorial", "concepts", "glossary"]),
    group("How to", [
      "how-to/own-images",
      "how-to/data-layouts",
      "how-to/include-masks",
      "how-to/training-runs",
      "how-to/thresholds",
      "how-to/add-a-class",
      "how-to/serving",
      "how-to/watching",
      "deploy",
      "how-to/any-detector",
      "how-to/reproduce",
      "encoders",
      "gpu",
      "how-to/offline",
      "how-to/performance",
      "scale",
      "how-to/troubleshooting",
    ]),
    group("Reference", ["benchmarks", "performance", "ablation", "method", "architecture", "platforms", "releasing"]),
    { text: "Packages", collapsed: true, items: readPackages().map(({ name, folder }) => ({ text: name, link: `/packages/${folder}` })) },
    { text: "API", collapsed: true, items: apiItems() },
    { ...group("Decisions", decisions()), collapsed: true },
  ];
}

function apiItems(): Item[] {
  const modules = readPackages().flatMap(({ entries }) => entries.map(({ name }) => name));
  return [{ text: "All modules", link: "/api/" }, ...modules.map((name) => ({ text: name, link: `/api/${name}` }))];
}

function decisions(): string[] {
  const files = readdirSync(join(root, "docs/decisions")).toSorted();
  return files.map((file) => `decisions/${file.replace(/\.md$/, "")}`);
}

function group(text: string, pages: readonly string[]): Item {
  const written = pages.filter((page) => existsSync(join(root, `docs/${page}.md`)));
  return { text, collapsed: false, items: written.map((page) => ({ text: titleOf(page), link: `/${page}` })) };
}

/** The page's first heading. */
function titleOf(page: string): string {
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(join(root, `docs/${page}.md`), "utf8")) ?? [];
  return title.replaceAll("`", "");
}
