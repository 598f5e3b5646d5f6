import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../architecture/workspace.js";

/** A Markdown file of the repository. */
export interface MarkdownFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

const passedOver = new Set(["node_modules", "dist", ".cache", ".git", ".turbo", ".vitepress"]);
const generated = "docs/api";

/** Every README, every page of docs/, and the rest of the repository's Markdown; nothing that a program made. */
export async function markdownFiles(folder = ""): Promise<MarkdownFile[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found = entries.map(async (entry): Promise<MarkdownFile[]> => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return passedOver.has(entry.name) || path === generated ? [] : markdownFiles(path);
    return entry.name.endsWith(".md") ? [{ path, text: await readFile(join(root, path), "utf8") }] : [];
  });
  return (await Promise.all(found)).flat();
}
