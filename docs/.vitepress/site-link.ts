import { posix } from "node:path";
import type { MarkdownEnv, MarkdownRenderer } from "vitepress";
import { repositoryUrl } from "./repository.js";

/**
 * Where a link of a Markdown file leads on the site. A file outside docs/ that is no README of a package is on the repository's own pages.
 * @param from the file, from the root of the repository
 * @param href as the file has it, fit for reading it on GitHub
 */
export function siteLink(from: string, href: string): string {
  if (/^([a-z][a-z\d+.-]*:|#|\/)/i.test(href)) return href;
  const [path = "", anchor = ""] = href.split(/(?=#)/);
  const target = posix.join(posix.dirname(from), path).replace(/\/$/, "");
  const readme = /^packages\/([^/]+)(\/README\.md)?$/.exec(target);
  if (readme) return `/packages/${readme[1]}${anchor}`;
  return target.startsWith("docs/") && target.endsWith(".md")
    ? `/${target.slice("docs/".length, -".md".length)}${anchor}`
    : target.startsWith("docs/images/")
      ? href
      : `${repositoryUrl}/blob/main/${target}${anchor}`;
}

/** A plugin of markdown-it: every link of a page through {@link siteLink}. */
export function siteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("site-links", ({ tokens, env }) => {
    const { relativePath = "" } = env as Partial<MarkdownEnv>; // titles are parsed without any
    const from = relativePath.replace(/^(packages\/[^/]+)\.md$/, "$1/README.md");
    const source = from === relativePath ? `docs/${relativePath}` : from;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === "link_open") token.attrSet("href", siteLink(source, token.attrGet("href") ?? ""));
    }
  });
}
