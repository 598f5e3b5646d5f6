import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";
import type { MarkdownFile } from "./markdown-files.js";

const markdown = new MarkdownIt({ html: true });

/** A link or an image of a Markdown file that leads to a file of the repository. */
export interface Link {
  /** The file that has it. */
  readonly from: string;
  /** As it is written. */
  readonly href: string;
  /** Where it leads, from the root of the repository. */
  readonly target: string;
  /** Without "#"; empty when it names none. */
  readonly anchor: string;
}

/** The links and images of a file, but for those to other hosts. */
export function linksOf({ path, text }: MarkdownFile): Link[] {
  const tokens = markdown.parse(withoutFrontmatter(text), {}).flatMap(({ children }) => children ?? []);
  const hrefs = tokens.flatMap((token) => {
    const href = token.type === "link_open" ? token.attrGet("href") : token.type === "image" ? token.attrGet("src") : null;
    return href === null || /^[a-z][a-z\d+.-]*:/i.test(href) ? [] : [href];
  });
  return hrefs.map((href) => {
    const [place = "", anchor = ""] = href.split("#");
    const target = place === "" ? path : posix.join(posix.dirname(path), decodeURI(place)).replace(/\/$/, "");
    return { from: path, href, target, anchor: decodeURIComponent(anchor) };
  });
}

/** The anchors of a file as GitHub makes them from its headings, and those that it names itself. */
export function anchorsOf({ text }: MarkdownFile): Set<string> {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(withoutFrontmatter(text), {});
  const headings = tokens.flatMap((token, i) => (token.type === "heading_open" ? [tokens[i + 1]?.children ?? []] : []));
  const words = headings.map((children) =>
    children.map(({ type, content }) => (type === "text" || type === "code_inline" ? content : "")).join(""),
  );
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id);
  return new Set([...words.map((heading) => slugger.slug(heading)), ...named]);
}

function withoutFrontmatter(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---\n/, "");
}
